/// Who has which deadline, counted in ticks: each owner has one at most.
///
/// Setting a deadline and forgetting it cost the same however many there are, and so does finding those that are due.
package struct DeadlineWheel {
    private struct Entry {
        let owner: any Patient
        let tick: Int
    }

    /// A later deadline shares its slot with sooner ones and is passed over once in so many ticks.
    private static let slotCount = 600

    private var slots = [[ObjectIdentifier: Entry]](repeating: [:], count: slotCount)
    /// Where each owner's entry is, unless it is among the due ones already.
    private var ticks: [ObjectIdentifier: Int] = [:]
    private var due: [Entry] = []
    private var current: Int

    /// A wheel that stands at a tick.
    package init(at tick: Int) { current = tick }

    /// Whether nobody has a deadline, and nothing is kept.
    package var isEmpty: Bool { ticks.isEmpty && due.isEmpty }

    /// Sets or moves an owner's deadline; one that has passed is due with the next tick.
    package mutating func set(_ owner: any Patient, to tick: Int) {
        remove(owner)
        let tick = max(tick, current + 1)
        ticks[ObjectIdentifier(owner)] = tick
        slots[Self.slot(of: tick)][ObjectIdentifier(owner)] = Entry(owner: owner, tick: tick)
    }

    /// Forgets an owner's deadline, if it has one.
    package mutating func remove(_ owner: any Patient) {
        guard let tick = ticks.removeValue(forKey: ObjectIdentifier(owner)) else { return }
        slots[Self.slot(of: tick)][ObjectIdentifier(owner)] = nil
    }

    /// Goes on to a tick.
    package mutating func advance(to tick: Int) {
        // One turn passes all slots, however long the last advance was ago.
        let first = max(current, tick - Self.slotCount) + 1
        guard first <= tick else { return }
        for slot in (first...tick).map(Self.slot) where !slots[slot].isEmpty {
            let passed = slots[slot].values.filter { $0.tick <= tick }
            for entry in passed { slots[slot][ObjectIdentifier(entry.owner)] = nil }
            due += passed
        }
        current = tick
    }

    /// Takes out one whose deadline has come; `nil` if there is none up to the present tick.
    package mutating func takeDue() -> (any Patient)? {
        while let entry = due.popLast() {
            // It may have been forgotten or moved meanwhile.
            guard ticks[ObjectIdentifier(entry.owner)] == entry.tick else { continue }
            ticks[ObjectIdentifier(entry.owner)] = nil
            return entry.owner
        }
        return nil
    }

    private static func slot(of tick: Int) -> Int { tick % slotCount }
}
