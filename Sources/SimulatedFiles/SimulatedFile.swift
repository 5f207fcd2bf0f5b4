import Bytes
import Files
import Synchronization

/// An open file of a simulated disk.
final class SimulatedFile: File {
    let path: String
    private let node: Int
    private let system: SimulatedFileSystem

    init(path: String, node: Int, system: SimulatedFileSystem) {
        self.path = path
        self.node = node
        self.system = system
    }

    func size() throws(FileError) -> Int {
        system.disk.withLock { $0.nodes[node]?.content.count ?? 0 }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
        let content = try content()
        guard offset < content.count else { return 0 }
        let part = content[offset..<min(offset + buffer.count, content.count)]
        buffer.copyBytes(from: part)
        return part.count
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        let bytes = Array(bytes)
        try system.disk.withLock { (disk) throws(FileError) in try disk.write(bytes, at: offset, to: node, path) }
    }

    func allocate(_ size: Int) throws(FileError) {
        try system.disk.withLock { (disk) throws(FileError) in try disk.allocate(size, node, path) }
    }

    func truncate(to size: Int) throws(FileError) {
        try system.disk.withLock { (disk) throws(FileError) in try disk.truncate(to: size, node, path) }
    }

    func synchronize() throws(FileError) {
        try system.disk.withLock { (disk) throws(FileError) in try disk.synchronize(node, path) }
    }

    func map() throws(FileError) -> Octets { Octets(try content()) }

    func close() {}

    private func content() throws(FileError) -> [UInt8] {
        try system.disk.withLock { (disk) throws(FileError) in
            guard !disk.isDown else { throw FileError(.read, path: path, code: 5) }
            return disk.nodes[node]?.content ?? []
        }
    }
}
