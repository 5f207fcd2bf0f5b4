import Bytes
import Files
import Synchronization

/// A disk in memory that can be full, and that forgets on a crash what was not made durable.
final class ManualDisk: FileSystem {
    struct State {
        var names: [String: MemoryFile] = [:]
        var durableNames: [String: MemoryFile] = [:]
        var directories: Set<String> = []
        var capacity = Int.max
        var log: [String] = []
    }

    let state = Mutex(State())

    /// What was done, in order.
    var log: [String] { state.withLock { $0.log } }
    var files: [String] { state.withLock { $0.names.keys.sorted() } }

    func limit(to capacity: Int) { state.withLock { $0.capacity = capacity } }

    /// Loses the power: names and octets that were not made durable are gone.
    func crash() {
        state.withLock { state in
            state.names = state.durableNames
            for file in state.names.values { file.forget() }
        }
    }

    func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File {
        try state.withLock { state throws(FileError) in
            if let file = state.names[path] {
                guard case .create = mode else { return file }
                throw FileError(.open, path: path, code: 17)
            }
            switch mode {
            case .read, .update, .updateInBlocks: throw FileError(.open, path: path, code: 2)
            case .create, .updateOrCreate: break
            }
            let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            guard state.directories.contains(directory) else { throw FileError(.open, path: path, code: 2) }
            let file = MemoryFile(path: path, disk: self)
            state.names[path] = file
            return file
        }
    }

    func rename(_ source: String, to target: String) throws(FileError) {
        try state.withLock { state throws(FileError) in
            guard let file = state.names.removeValue(forKey: source) else {
                throw FileError(.rename, path: source, code: 2)
            }
            state.names[target] = file
            state.log.append("rename")
        }
    }

    func remove(_ path: String) throws(FileError) {
        let file = state.withLock { $0.names.removeValue(forKey: path) }
        if file == nil { throw FileError(.remove, path: path, code: 2) }
    }

    func list(_ directory: String) throws(FileError) -> [String] {
        state.withLock { state in
            state.names.keys.filter { $0.hasPrefix(directory + "/") }
                .map { String($0.dropFirst(directory.count + 1)) }.filter { !$0.contains("/") }.sorted()
        }
    }

    func createDirectory(_ path: String) throws(FileError) {
        state.withLock { state in
            var made = ""
            for component in path.split(separator: "/") {
                made += "/" + component
                state.directories.insert(made)
            }
        }
    }

    func synchronizeDirectory(_ path: String) throws(FileError) {
        state.withLock { state in
            func isInside(_ name: String) -> Bool {
                name.hasPrefix(path + "/") && !name.dropFirst(path.count + 1).contains("/")
            }
            state.durableNames = state.durableNames.filter { !isInside($0.key) }
            state.durableNames.merge(state.names.filter { isInside($0.key) }) { $1 }
            state.log.append("synchronize \(path)")
        }
    }

    func exists(_ path: String) throws(FileError) -> Bool {
        state.withLock { $0.names[path] != nil || $0.directories.contains(path) }
    }

    func freeSpace(at path: String) throws(FileError) -> Int { state.withLock { $0.capacity } }

    /// Takes space for so many octets, or none.
    func reserve(_ count: Int) -> Bool {
        state.withLock { state in
            guard count <= state.capacity else { return false }
            state.capacity -= count
            return true
        }
    }

    func note(_ text: String) { state.withLock { $0.log.append(text) } }
}

/// A file of a ``ManualDisk``.
final class MemoryFile: File {
    let path: String
    private unowned let disk: ManualDisk
    private let content = Mutex<(now: [UInt8], durable: [UInt8])>(([], []))

    init(path: String, disk: ManualDisk) {
        self.path = path
        self.disk = disk
    }

    func forget() { content.withLock { $0.now = $0.durable } }
    func damage(at offset: Int) { content.withLock { $0.now[offset] ^= 1 } }

    func size() throws(FileError) -> Int { content.withLock { $0.now.count } }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
        let octets = content.withLock { $0.now }
        let part = octets.dropFirst(offset).prefix(buffer.count)
        buffer.copyBytes(from: part)
        return part.count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        guard disk.reserve(bytes.count) else { throw FileError(.write, path: path, code: 28) }
        let octets = Array(bytes)
        content.withLock { content in
            let missing = max(0, offset + octets.count - content.now.count)
            content.now += Array(repeating: 0, count: missing)
            content.now.replaceSubrange(offset..<offset + octets.count, with: octets)
        }
    }

    func allocate(_ size: Int) throws(FileError) {
        guard disk.reserve(size) else { throw FileError(.allocate, path: path, code: 28) }
    }

    func truncate(to size: Int) throws(FileError) {
        content.withLock { content in
            let missing = max(0, size - content.now.count)
            content.now = Array(content.now.prefix(size)) + Array(repeating: 0, count: missing)
        }
    }

    func synchronize() throws(FileError) {
        content.withLock { $0.durable = $0.now }
        disk.note("synchronize file")
    }

    func map() throws(FileError) -> Octets { Octets(content.withLock { $0.now }) }

    func close() {}
}
