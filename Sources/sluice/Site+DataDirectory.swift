import Glibc
import StageKit

extension Site {
    /// Whether a directory is the one in which our data lies, however both are written: relative or not, or by a link.
    func hasData(in directory: String) -> Bool {
        guard directory != dataDirectory else { return true }
        guard let own = Self.resolved(dataDirectory), let other = Self.resolved(directory) else { return false }
        return own == other
    }

    /// The path without links and dots; `nil` if there is nothing.
    private static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
