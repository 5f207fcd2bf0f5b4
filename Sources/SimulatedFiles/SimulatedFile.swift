import Bytes
import Files
import Synchronization

/// An open file of a simulated disk.
final class SimulatedFile: File {
    let path: String
    private let node: Int
    private let mode: OpenMode
    private let system: SimulatedFileSystem

    init(path: String, node: Int, mode: OpenMode, system: SimulatedFileSystem) {
        self.path = path
        self.node = node
        self.mode = mode
        self.system = system
    }

    func size() throws(FileError) -> Int {
        system.disk.withLock { $0.nodes[node]?.content.count ?? 0 }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
        try content().read(into: buffer, at: offset)
    }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
        if case .updateInBlocks = mode {
            let address = UInt(bitPattern: bytes.baseAddress)
            guard (offset | bytes.count | Int(address % UInt(FileBlock.size))).isMultiple(of: FileBlock.size) else {
                throw FileError(.write, path: path, code: 22)
            }
        }
        let bytes = Array(bytes)
        try system.change { (disk) throws(FileError) in try disk.write(bytes, at: offset, to: node, path) }
    }

    func allocate(_ size: Int) throws(FileError) {
        try system.change { (disk) throws(FileError) in try disk.allocate(size, node, path) }
    }

    func truncate(to size: Int) throws(FileError) {
        try system.change { (disk) throws(FileError) in try disk.truncate(to: size, node, path) }
    }

    func synchronize() throws(FileError) {
        try system.change { (disk) throws(FileError) in try disk.synchronize(node, path) }
    }

    func map() throws(FileError) -> Octets { Octets(try content().octets) }

    func close() {}

    private func content() throws(FileError) -> SimulatedContent {
        try system.disk.withLock { (disk) throws(FileError) in
            try disk.look(.read, path)
            return disk.nodes[node]?.content ?? SimulatedContent()
        }
    }
}
