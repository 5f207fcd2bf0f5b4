package import Files
package import StageKit

/// Why the queue refused something.
package enum QueueError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A limit of what may be pending is reached.
    case full(QueueLimit)
    /// The disk is full.
    case outOfSpace
    /// The disk failed; nothing of what was to be written counts.
    case failed(FileError)
    /// The queue is closed.
    case closed
    /// Another process has the directory; its number, if it said so.
    case inUse(directory: String, process: Int?)
    /// There is no such message in quarantine.
    case unknownMessage(MessageID)
    /// The record in the journal cannot be read back.
    case unreadable(MessageID, file: String, offset: Int)

    init(_ error: FileError) {
        self = error.isOutOfSpace ? .outOfSpace : .failed(error)
    }

    /// A short word for metrics.
    package var label: String {
        switch self {
        case .full: "full"
        case .outOfSpace: "out-of-space"
        case .failed: "failed"
        case .closed: "closed"
        case .inUse: "in-use"
        case .unknownMessage: "unknown-message"
        case .unreadable: "unreadable"
        }
    }

    package var description: String {
        switch self {
        case .full(.messages(let limit)): "the queue holds \(limit) messages, as many as it may"
        case .full(.octets(let limit)): "the queue holds \(limit) octets, as many as it may"
        case .full(.diskReserve(let reserve)): "less than the reserve of \(reserve) octets is left on the queue's disk"
        case .outOfSpace: "the queue's disk is full"
        case .failed(let error): "the queue's disk failed: \(error)"
        case .closed: "the queue is closed"
        case .inUse(let directory, let process):
            "\(directory) is in use by \(process.map { "process \($0)" } ?? "another process"); "
                + "try again when that answers or has ended"
        case .unknownMessage(let id): "no message \(id) is in quarantine"
        case .unreadable(let id, let file, let offset): "message \(id) cannot be read from \(file) at \(offset)"
        }
    }
}

/// A limit of what may be pending at once.
package enum QueueLimit: Sendable, Equatable {
    case messages(Int)
    case octets(Int)
    /// So much must stay free on the disk.
    case diskReserve(Int)
}
