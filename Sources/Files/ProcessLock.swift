import Glibc
import Synchronization

/// The lock that keeps a second process from data that one process writes: it ends with the process, however that ends.
package final class ProcessLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// Takes the lock, and writes this process's number into its file.
    ///
    /// - Throws: ``InUse`` if another process has it; ``FileError`` if the file cannot be made.
    package init(path: String) throws {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(.lock, path: path, code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { close(descriptor) }
            guard code == EWOULDBLOCK else { throw FileError(.lock, path: path, code: code) }
            throw InUse(path: path, process: Self.process(in: descriptor))
        }
        let text = Array("\(getpid())\n".utf8)
        // The number only serves the message to whoever comes second, so a full disk is no reason to stop here.
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    /// Lets others in; twice is fine.
    package func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }

    /// Another process has the lock.
    package struct InUse: Error, CustomStringConvertible {
        /// The lock's file.
        package let path: String
        /// The other process's number, if it said so.
        package let process: Int?

        package var description: String {
            "\(path) is held by \(process.map { "process \($0)" } ?? "another process"); try again when it has ended"
        }
    }

    private static func process(in descriptor: Int32) -> Int? {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: buffer[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
    }
}
