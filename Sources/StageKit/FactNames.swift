import Synchronization

/// The names of facts, numbered in the order in which the process has met them.
///
/// Names come from stages, from pipeline files, and from messages that were queued under these; strangers cannot make
/// any, so the table stays as small as the pipelines are.
enum FactNames {
    private struct Table {
        var numbers: [String: UInt32] = [:]
        var names: [String] = []
        /// All numbers in the order of their names; empty until it is asked for.
        var order: [UInt32] = []

        mutating func add(_ name: String) -> UInt32 {
            let number = UInt32(names.count)
            numbers[name] = number
            names.append(name)
            order = []
            return number
        }

        mutating func sort() {
            guard order.isEmpty else { return }
            order = names.indices.sorted { names[$0] < names[$1] }.map(UInt32.init)
        }
    }

    private static let table = Mutex(Table())

    /// The number of a name, which is its own from now on.
    static func number(of name: String) -> UInt32 {
        table.withLock { $0.numbers[name] ?? $0.add(name) }
    }

    /// The number of a name; `nil` if nobody has used it yet.
    static func knownNumber(of name: String) -> UInt32? {
        table.withLock { $0.numbers[name] }
    }

    /// The names of numbers in their order, each with its number's place among the given.
    ///
    /// - Complexity: O(n) in the size of the table, which is about that of what a message has.
    static func sorted(_ numbers: [UInt32]) -> [(name: String, place: Int)] {
        table.withLock { table in
            table.sort()
            var places = [Int](repeating: -1, count: table.names.count)
            for (place, number) in numbers.enumerated() { places[Int(number)] = place }
            return table.order.compactMap { number in
                let place = places[Int(number)]
                return place < 0 ? nil : (name: table.names[Int(number)], place: place)
            }
        }
    }
}
