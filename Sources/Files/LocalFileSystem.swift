import Bytes
import Glibc

/// The real disk, through POSIX calls.
package struct LocalFileSystem: FileSystem {
    package init() {}

    package func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File {
        let flags: Int32 =
            switch mode {
            case .read: O_RDONLY
            case .update: O_RDWR
            case .updateOrCreate: O_RDWR | O_CREAT
            case .create: O_RDWR | O_CREAT | O_EXCL
            case .updateInBlocks: O_RDWR | LocalFile.direct
            }
        // Mail is private: nobody but the server's user may read it.
        var descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
        // Some file systems have no way past the cache; there the way through it is as good.
        if descriptor < 0, errno == EINVAL {
            descriptor = Glibc.open(path, flags & ~LocalFile.direct | O_CLOEXEC, 0o600)
        }
        guard descriptor >= 0 else { throw FileError(.open, path: path, code: errno) }
        return LocalFile(path: path, descriptor: descriptor)
    }

    package func rename(_ source: String, to target: String) throws(FileError) {
        guard Glibc.rename(source, target) == 0 else { throw FileError(.rename, path: source, code: errno) }
    }

    package func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 else { throw FileError(.remove, path: path, code: errno) }
    }

    package func list(_ directory: String) throws(FileError) -> [String] {
        guard let stream = opendir(directory) else { throw FileError(.list, path: directory, code: errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    package func createDirectory(_ path: String) throws(FileError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            made += made.isEmpty || made == "/" ? String(component) : "/" + component
            guard mkdir(made, 0o700) == 0 || errno == EEXIST else {
                throw FileError(.create, path: made, code: errno)
            }
        }
    }

    package func synchronizeDirectory(_ path: String) throws(FileError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(.open, path: path, code: errno) }
        defer { _ = Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError(.synchronize, path: path, code: errno) }
    }

    package func isReadableByOthers(_ path: String) throws(FileError) -> Bool {
        var status = Glibc.stat()
        guard stat(path, &status) == 0 else { throw FileError(.inspect, path: path, code: errno) }
        return status.st_mode & S_IROTH != 0 || status.st_mode & S_IRGRP != 0 && status.st_uid != 0
    }

    package func exists(_ path: String) throws(FileError) -> Bool {
        if access(path, F_OK) == 0 { return true }
        guard errno == ENOENT || errno == ENOTDIR else { throw FileError(.inspect, path: path, code: errno) }
        return false
    }

    package func freeSpace(at path: String) throws(FileError) -> Int {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw FileError(.inspect, path: path, code: errno) }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }
}
