/// What is known about a message or one of its recipients.
///
/// Every step reads and sets some, and a message has about forty, so they are a list in the order of their names'
/// numbers: a copy is one allocation, and no text is hashed or compared.
public struct Facts: Sendable {
    private var entries: [Entry] = []
    /// Those that follow from the content; they are found by name, and neither counted nor listed.
    var derived: DerivedFacts?

    /// One fact: with its number behind its value it is no larger than the value alone.
    private struct Entry: Hashable {
        var value: FactValue
        let number: UInt32
    }

    /// As many as the default pipeline finds out about a message; a few more would take more than the kilobyte up to which
    /// the C library's allocator has memory at hand for each thread.
    private static let usualCount = 40

    /// Nothing known yet.
    public init() {}

    /// These values.
    public init(values: [String: FactValue]) {
        for (name, value) in values { self[name] = value }
    }

    /// How many facts have been set.
    public var count: Int { entries.count }

    /// All names that have been set with their values, in the order of the names.
    ///
    /// - Complexity: O(n), without comparing texts.
    public var named: [(name: String, value: FactValue)] {
        var named: [(name: String, value: FactValue)] = []
        named.reserveCapacity(count)
        forEach { named.append((name: $0, value: $1)) }
        return named
    }

    /// The texts to which facts have been set whose names end so, in the order of the ending.
    package func texts(_ ending: FactEnding) -> [String] {
        let numbers = ending.numbers
        var texts: [String] = []
        texts.reserveCapacity(numbers.count)
        for number in numbers {
            let (place, isKnown) = find(number)
            if isKnown, case .string(let text) = entries[place].value { texts.append(text) }
        }
        return texts
    }

    /// Calls `body` with each name that has been set and its value, in the order of the names.
    ///
    /// - Complexity: O(n) in the number of names that pipelines use, without comparing texts.
    package func forEach(_ body: (_ name: String, _ value: FactValue) -> Void) {
        let list = FactNames.list
        forEachPlace(in: list) { body(list.names[$0], $1.pointee) }
    }

    /// The same with the name's octets and the place of each value, which are good during the call only: all facts of a
    /// message are written down several times, and to take a text into one's hands is as much work as to copy it.
    package func forEachInPlace(
        _ body: (_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafePointer<FactValue>) -> Void
    ) {
        let list = FactNames.list
        list.withOctets { octets in forEachPlace(in: list) { body(octets($0), $1) } }
    }

    private func forEachPlace(
        in list: FactNameList, _ body: (_ number: Int, _ value: UnsafePointer<FactValue>) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: list.order.count) { places in
            places.initialize(repeating: -1)
            entries.withUnsafeBufferPointer { entries in
                guard let first = entries.baseAddress else { return }
                for place in entries.indices { places[Int(entries[place].number)] = Int32(place) }
                for number in list.order where places[Int(number)] >= 0 {
                    let entry = first + Int(places[Int(number)])
                    if let value = entry.pointer(to: \.value) { body(Int(number), value) }
                }
            }
        }
    }

    /// The value of a fact; `nil` while nobody has provided it.
    @inlinable public subscript<Value>(fact: Fact<Value>) -> Value? {
        get { value(for: fact.number).flatMap { Value.value(in: $0) } }
        set { set(newValue?.factValue, for: fact.number) }
    }

    /// The value of a name; `nil` while nobody has provided it.
    public subscript(name: String) -> FactValue? {
        get { FactNames.knownNumber(of: name).flatMap { value(for: $0) } }
        set { set(newValue, for: FactNames.number(of: name)) }
    }

    @usableFromInline func value(for number: UInt32) -> FactValue? {
        let (place, isKnown) = find(number)
        return isKnown ? entries[place].value : derived?.value(for: number)
    }

    @usableFromInline mutating func set(_ value: consuming FactValue?, for number: UInt32) {
        // A copy is made with room for what is still to come.
        entries.reserveCapacity(Self.usualCount)
        let (place, isKnown) = find(number)
        guard let value else {
            if isKnown { entries.remove(at: place) }
            return
        }
        if isKnown {
            entries[place].value = value
        } else {
            insert(Entry(value: value, number: number), at: place)
        }
    }

    /// To append and then move what is behind costs a third of `Array.insert`, which makes room for any number.
    private mutating func insert(_ entry: Entry, at place: Int) {
        entries.append(entry)
        let behind = entries.count - 1 - place
        guard behind > 0 else { return }
        entries.withUnsafeMutableBufferPointer { entries in
            guard let target = entries.baseAddress.map({ $0 + place }) else { return }
            let added = (target + behind).move()
            (target + 1).moveInitialize(from: target, count: behind)
            target.initialize(to: added)
        }
    }

    /// Sets a fact unless it is so already: to set it again would be to copy all facts.
    mutating func note<Value>(_ value: Value, as fact: Fact<Value>) {
        let (place, isKnown) = find(fact.number)
        let value = value.factValue
        if !isKnown || entries[place].value != value { set(value, for: fact.number) }
    }

    /// Where a number stands, or would stand.
    private func find(_ number: UInt32) -> (place: Int, isKnown: Bool) {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number < number { low = middle + 1 } else { high = middle }
        }
        return (low, low < entries.count && entries[low].number == number)
    }
}

extension Facts: Hashable {
    /// Whether the same has been set in both.
    public static func == (left: Facts, right: Facts) -> Bool {
        left.entries == right.entries
    }

    /// Hashes what has been set.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(entries)
    }
}
