package import Files

/// Why the attachment store could not do what it was asked to.
package enum AttachmentStoreError: Error, Sendable, Equatable {
    /// The ranges of a message's attachments overlap, are out of order or lie outside of it: the caller's mistake.
    case wrongRange(Range<Int>, messageSize: Int)
    /// A content is not there.
    case missing(Digest)
    /// A content is not what its name says.
    case damaged(Digest, String)
    /// A stored form cannot be read.
    case damagedForm(String)
    /// Another collection runs.
    case collecting
    /// A file operation was refused.
    case file(FileError)

    /// Whether the disk or a quota is full, so that trying again later may help.
    package var isOutOfSpace: Bool {
        guard case .file(let error) = self else { return false }
        return error.isOutOfSpace
    }

    /// A short fixed word for metrics.
    package var label: String {
        switch self {
        case .wrongRange: "wrong-range"
        case .missing: "missing"
        case .damaged: "damaged"
        case .damagedForm: "damaged-form"
        case .collecting: "collecting"
        case .file(let error): error.isOutOfSpace ? "out-of-space" : "file"
        }
    }
}

extension AttachmentStoreError: CustomStringConvertible {
    /// What is wrong, where, and what would be right.
    package var description: String {
        switch self {
        case .wrongRange(let range, let size):
            "attachment range \(range) must lie in the message's 0..<\(size), after the range before it"
        case .missing(let digest): "attachment \(digest) is not in the store; restore it from a backup"
        case .damaged(let digest, let reason): "attachment \(digest) \(reason); restore it from a backup"
        case .damagedForm(let reason): "stored message \(reason)"
        case .collecting: "attachments are being collected already; wait for that to end"
        case .file(let error): error.description
        }
    }
}
