import Glibc

/// A file operation that the system refused.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was tried.
    package enum Operation: String, Sendable {
        case open, read, write, allocate, truncate, synchronize, rename, remove, list, create, map, lock, inspect
    }

    package var operation: Operation
    /// The file or directory.
    package var path: String
    /// The system's `errno`.
    package var code: Int32

    package init(_ operation: Operation, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// Whether the disk or a quota is full.
    package var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }
    /// Whether the process may not do it.
    package var isForbidden: Bool { code == EACCES || code == EPERM }
    /// Whether the file does not exist.
    package var isMissing: Bool { code == ENOENT }

    package var description: String {
        "cannot \(operation.rawValue) \(path): \(String(cString: strerror(code)))"
    }
}
