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
        /// The numbers of names that end in these texts, in the order of their names; filled when they are asked for.
        var endings: [String: [UInt32]] = [:]

        mutating func add(_ name: String) -> UInt32 {
            let number = UInt32(names.count)
            numbers[name] = number
            names.append(name)
            order = []
            endings = [:]
            return number
        }

        mutating func sort() {
            guard order.isEmpty else { return }
            order = names.indices.sorted { names[$0] < names[$1] }.map(UInt32.init)
        }

        mutating func numbers(endingIn suffix: String) -> [UInt32] {
            if let known = endings[suffix] { return known }
            sort()
            let numbers = order.filter { names[Int($0)].hasSuffix(suffix) }
            endings[suffix] = numbers
            return numbers
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

    /// All names by their numbers, and the numbers of those that end so, in the order of their names.
    static func all(endingIn suffix: String) -> (names: [String], numbers: [UInt32]) {
        table.withLock { ($0.names, $0.numbers(endingIn: suffix)) }
    }

    /// All names by their numbers, and all numbers in the order of their names.
    static var sorted: (names: [String], order: [UInt32]) {
        table.withLock { table in
            table.sort()
            return (table.names, table.order)
        }
    }
}
