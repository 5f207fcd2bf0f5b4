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
    private let niceness: Int32

    /// A worker whose thread has a nice value.
    init(niceness: Int32) {
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
        let body = ThreadBody(niceness: niceness) { [self] in run(work) }
        guard body.start() else {
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

/// What a system thread runs.
private final class ThreadBody: Sendable {
    private let niceness: Int32
    private let work: @Sendable () -> Void

    init(niceness: Int32, _ work: @escaping @Sendable () -> Void) {
        self.niceness = niceness
        self.work = work
    }

    /// Starts a thread; false if the system has none.
    func start() -> Bool {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let code = pthread_create(&thread, nil, threadMain, context.toOpaque())
        guard code == 0 else {
            context.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    fileprivate func run() {
        // On Linux a thread has its own priority, named by its thread id; 0 is the calling thread.
        _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness)
        work()
    }
}

private func threadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run() }
    return nil
}
