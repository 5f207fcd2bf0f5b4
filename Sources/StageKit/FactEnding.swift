import Synchronization

/// The facts whose names end in some text, in an order of their own.
package final class FactEnding: Sendable {
    private struct Found {
        let list: FactNameList
        let numbers: [UInt32]
    }

    /// How the names end.
    package let suffix: String
    private let first: [String]
    private let found = Mutex<Found?>(nil)

    /// All names that end in `suffix`: those of `first` in this order, then the others by name.
    package init(_ suffix: String, first: [String] = []) {
        self.suffix = suffix
        self.first = first
    }

    /// The numbers of the names that there are now, in their order.
    var numbers: [UInt32] {
        let list = FactNames.list
        return found.withLock { found in
            if let found, found.list === list { return found.numbers }
            let named = list.order.filter { list.names[Int($0)].hasSuffix(suffix) }
            let leading = first.compactMap { name in named.first { list.names[Int($0)] == name } }
            let numbers = leading + named.filter { !leading.contains($0) }
            found = Found(list: list, numbers: numbers)
            return numbers
        }
    }
}
