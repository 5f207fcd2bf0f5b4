import Bytes
import Glibc
import Synchronization

/// A file of the real disk.
final class LocalFile: File {
    let path: String
    private let descriptor: Int32
    private let isClosed = Atomic(false)

    #if arch(arm64)
        /// O_DIRECT, which Swift's module of glibc leaves out; its number differs between processors.
        static let direct: Int32 = 0o200_000
    #else
        /// O_DIRECT, which Swift's module of glibc leaves out; its number differs between processors.
        static let direct: Int32 = 0o40_000
    #endif

    init(path: String, descriptor: Int32) {
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close() }

    func close() {
        if !isClosed.exchange(true, ordering: .acquiringAndReleasing) { _ = Glibc.close(descriptor) }
    }

    func size() throws(FileError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(.inspect, path: path, code: errno) }
        return Int(status.st_size)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress.unsafelyUnwrapped + done, buffer.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(.read, path: path, code: errno) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress.unsafelyUnwrapped + done, bytes.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EINVAL, leaveDirectWriting() { continue }
            guard count >= 0 else { throw FileError(.write, path: path, code: errno) }
            done += count
        }
    }

    /// Has further writes go through the kernel's cache, for a disk whose blocks are larger than ours; returns whether
    /// they did not do so before.
    private func leaveDirectWriting() -> Bool {
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, flags & Self.direct != 0 else { return false }
        return fcntl(descriptor, F_SETFL, flags & ~Self.direct) == 0
    }

    func allocate(_ size: Int) throws(FileError) {
        let code = posix_fallocate(descriptor, 0, off_t(size))
        guard code == 0 else { throw FileError(.allocate, path: path, code: code) }
    }

    func truncate(to size: Int) throws(FileError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw FileError(.truncate, path: path, code: errno) }
    }

    func synchronize() throws(FileError) {
        guard fdatasync(descriptor) == 0 else { throw FileError(.synchronize, path: path, code: errno) }
    }

    func map() throws(FileError) -> Octets {
        let count = try size()
        guard count > 0 else { return Octets([]) }
        let address = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let address, address != MAP_FAILED else { throw FileError(.map, path: path, code: errno) }
        nonisolated(unsafe) let mapped = address
        return Octets(adopting: UnsafeRawBufferPointer(start: address, count: count)) { _ = munmap(mapped, count) }
    }
}
