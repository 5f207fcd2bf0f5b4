import Files
import Glibc
import Synchronization

/// A thread that flushes or merges.
final class MaintenanceWorker: Sendable {
    private struct State {
        var isRunning = false
        var isStopping = false
        var isWorking = false
        var failure: IndexError?
    }

    private let state = Mutex(State())
    private let signal = Semaphore()
    private let ended = Semaphore()
    private let name: String
    private let niceness: Int32

    /// A worker whose thread has a name and a nice value.
    init(_ name: String, niceness: Int32) {
        self.name = name
        self.niceness = niceness
    }

    /// Whether the thread takes work.
    var isRunning: Bool { state.withLock { $0.isRunning && !$0.isStopping && $0.failure == nil } }

    /// Whether the thread is at work at this moment.
    var isWorking: Bool { state.withLock { $0.isWorking } }

    /// Starts the thread, once; it calls `work` whenever it is woken, until that says that nothing is left.
    func start(_ work: @escaping @Sendable () throws(IndexError) -> Bool) {
        let isFirst = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFirst else { return }
        do {
            try DedicatedThread.start(name, niceness: niceness) { [self] in run(work) }
        } catch {
            // Without a thread, callers flush and merge themselves.
            state.withLock { $0.isRunning = false }
            return
        }
        wake()
    }

    /// Lets the thread look for work.
    func wake() {
        signal.post()
    }

    /// Ends the thread and waits for it.
    func stop() {
        let isRunning = state.withLock { state in
            defer { state.isStopping = true }
            return state.isRunning && !state.isStopping
        }
        guard isRunning else { return }
        signal.post()
        ended.wait()
    }

    /// Why the thread gave up, if it did.
    var failure: IndexError? { state.withLock { $0.failure } }

    private func run(_ work: () throws(IndexError) -> Bool) {
        defer { ended.post() }
        while true {
            signal.wait()
            state.withLock { $0.isWorking = true }
            defer { state.withLock { $0.isWorking = false } }
            do throws(IndexError) {
                while !state.withLock({ $0.isStopping }), try work() {}
                state.withLock { $0.failure = nil }
            } catch {
                // The next flush runs into the same error where its caller sees it; once one succeeds, we try again.
                state.withLock { $0.failure = error }
            }
            if state.withLock({ $0.isStopping }) { return }
        }
    }
}

/// A counting semaphore of the system.
///
/// Proof of `@unchecked`: `sem_t` is made for many threads, and its memory lives as long as this object.
final class Semaphore: @unchecked Sendable {
    private let memory = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(memory, 0, 0)
    }

    deinit {
        sem_destroy(memory)
        memory.deallocate()
    }

    func post() { sem_post(memory) }

    func wait() {
        while sem_wait(memory) != 0 {}
    }
}
