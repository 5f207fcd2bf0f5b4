package import Files
import Synchronization

/// A disk in memory that keeps apart what was written and what was made durable.
///
/// Every operation that changes something has a number, counted from 1. A ``Fault`` can be planned for any of them;
/// ``crash(_:seed:)`` gives the disk that a restart finds. The same operations, faults and seed give the same disk.
package final class SimulatedFileSystem: FileSystem {
    let disk: Mutex<SimulatedDisk>
    private let watcher = Mutex<(@Sendable (SimulatedFileSystem) -> Void)?>(nil)

    /// An empty disk.
    ///
    /// - Parameters:
    ///   - capacity: How many octets fit on it; `nil` is no limit.
    ///   - seed: Decides which part of a write happens before a fault.
    package init(capacity: Int? = nil, seed: UInt64 = 0) {
        disk = Mutex(SimulatedDisk(capacity: capacity, seed: seed))
    }

    init(disk: SimulatedDisk) {
        self.disk = Mutex(disk)
    }

    /// How many operations have changed something so far.
    package var operationCount: Int { disk.withLock { $0.operationCount } }

    /// Has an operation fail, or the power with it.
    package func plan(_ fault: Fault, at operation: Int) {
        disk.withLock { $0.faults[operation] = fault }
    }

    /// Has every operation of a sort fail until ``heal()``.
    package func planAlways(_ fault: Fault, for kind: OperationKind) {
        disk.withLock { $0.lastingFaults[kind] = fault }
    }

    /// Removes all planned faults; not what they did.
    package func heal() {
        disk.withLock { disk in
            disk.faults = [:]
            disk.lastingFaults = [:]
            disk.barriers = [:]
        }
    }

    /// Has one file or directory refuse what changes nothing (opening, reading, listing) until ``heal()``.
    package func refuse(_ operation: FileError.Operation, of path: String, code: Int32) {
        disk.withLock { $0.barriers[SimulatedDisk.Barrier(operation: operation, path: path)] = code }
    }

    /// Calls `body` at every operation from now on, with the disk as it would be had the power failed during it.
    ///
    /// The operations wait meanwhile, so `body` must not touch this disk. One run of a workload so gives all its crash
    /// points, each at the moment when nothing had been promised yet that came later.
    package func watchCrashes(_ body: @escaping @Sendable (SimulatedFileSystem) -> Void) {
        watcher.withLock { $0 = body }
    }

    /// Does what changes something, and shows to whoever watches what a crash in the midst of it leaves.
    func change<Result>(
        _ body: (inout SimulatedDisk) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        let watch = watcher.withLock { $0 }
        return try disk.withLock { (disk) throws(FileError) in
            if let watch { Self.show(disk, body, watch) }
            return try body(&disk)
        }
    }

    private static func show<Result>(
        _ disk: SimulatedDisk, _ body: (inout SimulatedDisk) throws(FileError) -> Result,
        _ watch: (SimulatedFileSystem) -> Void
    ) {
        guard !disk.isDown else { return }
        var crashing = disk
        crashing.faults[disk.operationCount + 1] = .crash
        do throws(FileError) {
            _ = try body(&crashing)
        } catch {
            // As planned, or for another reason that the operation itself will meet.
        }
        if crashing.isDown { watch(SimulatedFileSystem(disk: crashing)) }
    }

    /// Changes how many octets fit on the disk; `nil` is no limit.
    package func resize(to capacity: Int?) {
        disk.withLock { $0.capacity = capacity }
    }

    /// Whether a planned power failure has happened: since then everything fails.
    package var isDown: Bool { disk.withLock { $0.isDown } }

    /// How many octets were written, and how many synchronisations asked for, since the disk was made.
    package var traffic: (octets: Int, synchronizations: Int) {
        disk.withLock { ($0.octetsWritten, $0.synchronizations) }
    }

    /// The disk after a power failure now (or at the planned operation, if that came first) and a restart.
    package func crash(_ loss: Loss, seed: UInt64) -> SimulatedFileSystem {
        SimulatedFileSystem(disk: disk.withLock { $0.crashed(loss, seed: seed) })
    }

    /// The present content of a file, to look at without an operation.
    package func content(of path: String) -> [UInt8]? {
        disk.withLock { disk in disk.names[path].flatMap { disk.nodes[$0]?.content.octets } }
    }

    /// Puts durable content under a name, as if it had always been there.
    package func place(_ content: [UInt8], at path: String) {
        disk.withLock { $0.place(content, at: path) }
    }

    package func open(_ path: String, _ mode: OpenMode) throws(FileError) -> any File {
        let node = try change { (disk) throws(FileError) in try disk.open(path, mode) }
        return SimulatedFile(path: path, node: node, mode: mode, system: self)
    }

    package func rename(_ source: String, to target: String) throws(FileError) {
        try change { (disk) throws(FileError) in try disk.rename(source, to: target) }
    }

    package func remove(_ path: String) throws(FileError) {
        try change { (disk) throws(FileError) in try disk.remove(path) }
    }

    package func list(_ directory: String) throws(FileError) -> [String] {
        try disk.withLock { (disk) throws(FileError) in try disk.list(directory) }
    }

    package func createDirectory(_ path: String) throws(FileError) {
        try change { (disk) throws(FileError) in try disk.createDirectory(path) }
    }

    package func synchronizeDirectory(_ path: String) throws(FileError) {
        try change { (disk) throws(FileError) in try disk.synchronizeDirectory(path) }
    }

    package func exists(_ path: String) throws(FileError) -> Bool {
        try disk.withLock { (disk) throws(FileError) in
            try disk.look(.inspect, path)
            return disk.names[path] != nil || disk.directories.contains(path)
        }
    }

    package func freeSpace(at path: String) throws(FileError) -> Int {
        disk.withLock { $0.free }
    }
}
