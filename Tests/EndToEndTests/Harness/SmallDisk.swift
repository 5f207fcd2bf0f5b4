import Foundation
import Glibc

/// A file system that can be filled up.
struct SmallDisk: Sendable {
    let path: String
    private let workspace: Workspace

    /// Whether we may make one: tried once.
    static let mayMount: Bool = {
        guard getuid() == 0 else { return false }
        do {
            let workspace = try Workspace()
            defer { workspace.remove() }
            guard mount("tmpfs", workspace.path, "tmpfs", 0, "size=1m") == 0 else { return false }
            return umount(workspace.path) == 0
        } catch {
            return false
        }
    }()

    init(megabytes: Int) async throws {
        workspace = try Workspace()
        path = try workspace.makeDirectory("disk")
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
            throw Mishap("tmpfs cannot be mounted: \(String(cString: strerror(errno)))")
        }
    }

    /// Makes it read-only, or writable again; nothing may be open for writing.
    func remount(readOnly: Bool) throws {
        let flags = UInt(MS_REMOUNT) | (readOnly ? UInt(MS_RDONLY) : 0)
        guard mount("tmpfs", path, "tmpfs", flags, nil) == 0 else {
            throw Mishap("tmpfs cannot be mounted again: \(String(cString: strerror(errno)))")
        }
    }

    /// Takes all the space that is left.
    func fill() throws {
        let descriptor = open(path + "/filler", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Mishap("no filler: \(errno)") }
        defer { close(descriptor) }
        for size in [65_536, 4_096, 1] {
            let block = [UInt8](repeating: 0x58, count: size)
            while write(descriptor, block, size) > 0 {}
        }
        guard errno == ENOSPC else { throw Mishap("the disk does not fill: \(String(cString: strerror(errno)))") }
    }

    /// Gives the space back.
    func free() throws {
        guard unlink(path + "/filler") == 0 else { throw Mishap("the filler stays: \(errno)") }
    }

    /// Takes the file system away; nothing may use it any more, but what does is cut off.
    func remove() {
        umount2(path, Int32(MNT_DETACH))
        workspace.remove()
    }
}
