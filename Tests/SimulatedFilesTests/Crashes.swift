import SimulatedFiles
import Synchronization

/// The crashes that a disk has shown.
final class Crashes: Sendable {
    private let shown = Mutex<[SimulatedFileSystem]>([])

    var disks: [SimulatedFileSystem] { shown.withLock { $0 } }

    func add(_ disk: SimulatedFileSystem) { shown.withLock { $0.append(disk) } }
}
