import Synchronization

/// Names for files that are not in their place yet: never the same twice, in this process or a later one.
final class TemporaryNames: Sendable {
    let directory: String
    private let run = UInt64.random(in: .min ... .max)
    private let count = Atomic<UInt64>(0)

    init(directory: String) {
        self.directory = directory
    }

    /// A new path.
    func next() -> String {
        let number = count.add(1, ordering: .relaxed).newValue
        return "\(directory)/\(String(run, radix: 16))-\(number)"
    }
}
