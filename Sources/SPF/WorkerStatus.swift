import Synchronization

/// What a worker's thread tells others about its process.
final class WorkerStatus: Sendable {
    /// How often the process has been started.
    let starts = Atomic(0)
    /// The process' number, 0 while there is none.
    let process = Atomic(Int32(0))
}
