public import Synchronization

/// Results of pure work by what they were made of, a bounded number of them.
///
/// Two generations, each of half the capacity: when the young one is full, the old one is dropped. Keys should be
/// small; those of octets are looked up by ``subscript(octets:)``, which sees to that. Every check looks here, so that the
/// code is made for each pair of types in the module that has it.
@usableFromInline package final class Remembered<Key: Hashable & Sendable, Result: Sendable>: Sendable {
    @usableFromInline struct Generations {
        @usableFromInline var young: [Key: Result] = [:]
        @usableFromInline var old: [Key: Result] = [:]

        @inlinable init() {}
    }

    @usableFromInline let capacity: Int
    @usableFromInline let generations = Mutex(Generations())

    /// Remembers so many results at most.
    @inlinable package init(capacity: Int) { self.capacity = capacity }

    /// The result for a key; nil if it is not known any more.
    @inlinable package subscript(key: Key) -> Result? {
        get {
            generations.withLock { generations in
                if let known = generations.young[key] { return known }
                guard let known = generations.old[key] else { return nil }
                insert(known, for: key, into: &generations)
                return known
            }
        }
        set {
            guard let newValue, capacity > 0 else { return }
            generations.withLock { insert(newValue, for: key, into: &$0) }
        }
    }

    @inlinable func insert(_ result: Result, for key: Key, into generations: inout Generations) {
        if generations.young.count >= capacity / 2 {
            generations.old = generations.young
            generations.young = [:]
        }
        generations.young[key] = result
    }
}

extension Remembered where Key == OctetKey {
    /// The largest key that is kept; what is larger is rare and made anew each time.
    @inlinable static var maximumKey: Int { 4_096 }

    /// The result for some octets, such as those of a record; nil if it is not known any more.
    @inlinable package subscript(octets octets: [UInt8]) -> Result? {
        get { octets.count <= Self.maximumKey ? self[OctetKey(octets)] : nil }
        set { if octets.count <= Self.maximumKey { self[OctetKey(octets)] = newValue } }
    }
}
