import Synchronization

/// Results of pure work by what they were made of, a bounded number of them.
///
/// Two generations, each of half the capacity: when the young one is full, the old one is dropped.
final class Remembered<Result: Sendable>: Sendable {
    /// The largest key that is kept; what is larger is rare and made anew each time.
    private static var maximumKey: Int { 4_096 }

    private struct Generations {
        var young: [[UInt8]: Result] = [:]
        var old: [[UInt8]: Result] = [:]
    }

    private let capacity: Int
    private let generations = Mutex(Generations())

    /// Remembers so many results at most.
    init(capacity: Int) { self.capacity = capacity }

    /// The result for a key; nil if it is not known any more.
    subscript(key: [UInt8]) -> Result? {
        get {
            generations.withLock { generations in
                if let known = generations.young[key] { return known }
                guard let known = generations.old[key] else { return nil }
                insert(known, for: key, into: &generations)
                return known
            }
        }
        set {
            guard let newValue, capacity > 0, key.count <= Self.maximumKey else { return }
            generations.withLock { insert(newValue, for: key, into: &$0) }
        }
    }

    private func insert(_ result: Result, for key: [UInt8], into generations: inout Generations) {
        if generations.young.count >= capacity / 2 { generations = Generations(young: [:], old: generations.young) }
        generations.young[key] = result
    }
}
