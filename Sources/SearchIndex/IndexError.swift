package import Files

/// Why the index cannot do what it was asked for.
package enum IndexError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A page of a segment does not have its checksum.
    case corruptPage(file: String, page: Int)
    /// A segment is not what its name says.
    case corruptSegment(file: String, reason: String)
    /// A record in the middle of the manifest does not have its checksum.
    case corruptManifest(file: String, offset: Int)
    /// A sound segment in the format of another version of the program.
    case otherFormat(file: String, format: UInt32)
    /// The disk refused.
    case file(FileError)
    /// `in:` was not resolved to a mailbox before the search; see ``Query/resolvingMailboxes(_:)``.
    case unresolvedMailbox(String)
    /// The index was closed.
    case closed

    /// Whether what is on disk cannot be read, so that it has to be built again from the store.
    package var isDamage: Bool {
        switch self {
        case .corruptPage, .corruptSegment, .corruptManifest, .otherFormat: true
        case .file, .unresolvedMailbox, .closed: false
        }
    }

    /// The segment that is damaged, if that is what it says.
    package var damagedSegment: String? {
        switch self {
        case .corruptPage(let file, _), .corruptSegment(let file, _), .otherFormat(let file, _): file
        case .corruptManifest, .file, .unresolvedMailbox, .closed: nil
        }
    }

    package var description: String {
        switch self {
        case .corruptPage(let file, let page):
            "page \(page) of \(file) does not match its checksum"
        case .corruptSegment(let file, let reason):
            "\(file) is not a sound segment: \(reason)"
        case .corruptManifest(let file, let offset):
            "the record at octet \(offset) of \(file) does not match its checksum"
        case .otherFormat(let file, let format):
            "\(file) is in format \(format) of another version, and this one reads format \(SegmentLayout.version)"
        case .file(let error): error.description
        case .unresolvedMailbox(let name): "in:\(name) was not resolved to a mailbox"
        case .closed: "the search index is closed"
        }
    }
}

/// Runs what the disk may refuse, and says so as an ``IndexError``.
@inline(__always)
func onDisk<Result>(_ body: () throws(FileError) -> Result) throws(IndexError) -> Result {
    do throws(FileError) {
        return try body()
    } catch {
        throw .file(error)
    }
}
