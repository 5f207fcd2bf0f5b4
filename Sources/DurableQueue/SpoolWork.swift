import Bytes
import Files
import StageKit
import Synchronization

/// What the threads for content do with one spool; its calls block.
final class SpoolWork: Sendable {
    /// Where the file is on its way.
    private enum Phase {
        case writing
        /// The queue answers for the file and its part of the limits.
        case given
        case abandoned
    }

    private struct State {
        var phase = Phase.writing
        var file: (any File)?
        var count = 0
        var synchronized = 0
        var checksum = CRC32C()
    }

    private let directory: String
    private let path: String
    private let fileSystem: any FileSystem
    private let monitor: Monitor<QueueState>
    private let state = Mutex(State())
    private let over = Atomic(false)

    /// So much is written between two synchronisations, so that the last one, and those of the journal beside it, need
    /// not wait for the whole of a large message.
    private static let stretch = 8 << 20

    init(for id: MessageID, in directory: String, fileSystem: any FileSystem, monitor: Monitor<QueueState>) {
        self.directory = directory
        path = directory + "/" + SegmentName.spool(id).text
        self.fileSystem = fileSystem
        self.monitor = monitor
    }

    /// Whether there is nothing left to let go of.
    var isOver: Bool { over.load(ordering: .acquiring) }

    /// Writes a piece behind the others.
    func append(_ piece: Octets) throws(QueueError) {
        try state.withLock { (state) throws(QueueError) in
            guard state.phase == .writing else { throw .closed }
            guard !piece.isEmpty else { return }
            try reserve(piece.count)
            // Counted before it is written: it is let go of together with what is.
            let offset = state.count
            state.count += piece.count
            do throws(FileError) {
                let file = try open(&state)
                try piece.withUnsafeBytes { (bytes) throws(FileError) in
                    try file.write(bytes, at: offset)
                    state.checksum.update(bytes)
                }
                guard state.count - state.synchronized >= Self.stretch else { return }
                try file.synchronize()
                state.synchronized = state.count
            } catch {
                throw QueueError(error)
            }
        }
    }

    private func reserve(_ count: Int) throws(QueueError) {
        let free: Int
        do throws(FileError) {
            free = try fileSystem.freeSpace(at: directory)
        } catch {
            throw QueueError(error)
        }
        try monitor.withLock { (queue) throws(QueueError) in
            guard free - count >= queue.options.diskReserve.octets else { throw .outOfSpace }
            try queue.reserveContent(count)
        }
    }

    /// All octets so far.
    func map() throws(QueueError) -> Octets {
        try withFile { (file, _) throws(FileError) in try file.map() }
    }

    /// Makes all octets durable, and leaves the file to the queue.
    func handOver() throws(QueueError) -> SpooledContent {
        try withFile { (file, state) throws(FileError) in
            try file.synchronize()
            file.close()
            state.file = nil
            state.phase = .given
            over.store(true, ordering: .releasing)
            return SpooledContent(count: state.count, checksum: state.checksum.value)
        }
    }

    /// Removes the file, unless the queue has it.
    func abandon() {
        state.withLock { state in
            guard state.phase == .writing else { return }
            state.phase = .abandoned
            over.store(true, ordering: .releasing)
            state.file?.close()
            if state.file != nil {
                // Where that fails, the next start finds a file that no record refers to, and removes it.
                do { try fileSystem.remove(path) } catch {}
            }
            state.file = nil
            monitor.withLock { $0.unreserveContent(state.count) }
        }
    }

    private func withFile<Value: Sendable>(
        _ body: (any File, inout State) throws(FileError) -> Value
    ) throws(QueueError) -> Value {
        try state.withLock { (state) throws(QueueError) in
            guard state.phase == .writing else { throw .closed }
            do throws(FileError) {
                return try body(try open(&state), &state)
            } catch {
                throw QueueError(error)
            }
        }
    }

    private func open(_ state: inout State) throws(FileError) -> any File {
        if let file = state.file { return file }
        let file = try fileSystem.open(path, .create)
        state.file = file
        return file
    }
}
