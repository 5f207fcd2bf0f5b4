package import SearchIndex

/// A search index that could not be read, and was put aside for one that is built from the store.
package struct ReplacedIndex: Sendable, CustomStringConvertible {
    /// Why it could not be read.
    package let reason: IndexError
    /// Where it is now; nothing needs it any more.
    package let path: String

    /// Whether it was sound, and another version of the program had made it.
    package var isSound: Bool {
        if case .otherFormat = reason { true } else { false }
    }

    package var description: String {
        "\(reason); it was moved to \(path), where it may be deleted, and built again from the store"
    }
}
