import Synchronization

/// The names of facts at one time, by their numbers and as octets in their order.
final class FactNameList: Sendable {
    /// The names by their numbers.
    let names: [String]
    /// All numbers in the order of their names.
    let order: [UInt32]
    /// The names in UTF-8, one behind the other in the order of their numbers, and where each begins and ends.
    private let octets: [UInt8]
    private let bounds: [Int]

    init(_ names: [String]) {
        self.names = names
        order = names.indices.sorted { names[$0] < names[$1] }.map(UInt32.init)
        octets = names.flatMap(\.utf8)
        bounds = names.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.utf8.count) }
    }

    /// Calls `body` with a way to each name's octets by its number; they are good during the call only.
    func withOctets(_ body: (_ octets: (_ number: Int) -> UnsafeBufferPointer<UInt8>) -> Void) {
        octets.withUnsafeBufferPointer { octets in
            body { UnsafeBufferPointer(rebasing: octets[self.bounds[$0]..<self.bounds[$0 + 1]]) }
        }
    }
}

/// The names of facts, numbered in the order in which the process has met them.
///
/// Names come from stages, from pipeline files, and from messages that were queued under these; strangers cannot make
/// any, so the table stays as small as the pipelines are.
enum FactNames {
    private struct Table {
        var numbers: [String: UInt32] = [:]
        var names: [String] = []
        /// The names as they are now; made when it is asked for.
        var list: FactNameList?

        mutating func add(_ name: String) -> UInt32 {
            let number = UInt32(names.count)
            numbers[name] = number
            names.append(name)
            list = nil
            return number
        }

        mutating func listed() -> FactNameList {
            if let list { return list }
            let made = FactNameList(names)
            list = made
            return made
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

    /// The names as they are now.
    static var list: FactNameList { table.withLock { $0.listed() } }
}
