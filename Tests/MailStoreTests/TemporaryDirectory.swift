import Files
import Glibc

/// A directory for one test, which goes away with the last reference.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/sluice-mail-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Failure(code: errno) }
        path = String(cString: made)
    }

    struct Failure: Error { let code: Int32 }

    deinit { removeTree(path) }
}

private func removeTree(_ path: String) {
    do throws(FileError) {
        for name in try LocalFileSystem().list(path) { removeTree(path + "/" + name) }
    } catch {
        // It is a file.
    }
    _ = Glibc.remove(path)
}
