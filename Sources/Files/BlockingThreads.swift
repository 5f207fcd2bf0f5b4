import Glibc
import Synchronization

/// Threads of their own for calls that block, so that these never hold up the cooperative pool or an event loop.
///
/// Work is taken in the order it was given. The threads end when the last reference is gone and all work is done.
package final class BlockingThreads: Sendable {
    private let core: Core

    /// Starts the threads, which the system lists under `name`.
    package init(count: Int, name: String = "sluice-files") {
        precondition(count > 0, "there must be a thread")
        core = Core()
        for _ in 0..<count { core.start(name) }
    }

    deinit { core.close() }

    /// Runs the work on one of the threads, some time later.
    package func enqueue(_ work: @escaping @Sendable () -> Void) {
        core.enqueue(work)
    }

    /// Runs the work on one of the threads and waits for its result without blocking.
    package func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            core.enqueue { continuation.resume(with: Result(catching: work)) }
        }
    }

    /// Calls the work with `0..<count` on all threads at once, and blocks until it is all done.
    ///
    /// Not to be called on one of these threads, which would wait for itself.
    package func perform(_ count: Int, _ work: @escaping @Sendable (Int) -> Void) {
        // One semaphore, destroyed after its last post was taken.
        nonisolated(unsafe) let done = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
        sem_init(done, 0, 0)
        for index in 0..<count {
            core.enqueue {
                work(index)
                sem_post(done)
            }
        }
        for _ in 0..<count { while sem_wait(done) != 0 {} }
        sem_destroy(done)
        done.deallocate()
    }
}

/// What the threads share; it outlives the owner until the last thread has ended.
private final class Core: Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var next = 0
        var isClosed = false

        /// The oldest work; taken by an index so that a long queue is not moved at every step.
        mutating func takeFirst() -> (@Sendable () -> Void)? {
            guard next < work.count else { return nil }
            let first = work[next]
            next += 1
            if next == work.count {
                work.removeAll(keepingCapacity: true)
                next = 0
            }
            return first
        }
    }

    private let state = Mutex(State())
    // Initialised before any thread knows of it, and destroyed by `deinit`, when no thread is left.
    nonisolated(unsafe) private let wakeUp = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(wakeUp, 0, 0)
    }

    deinit {
        sem_destroy(wakeUp)
        wakeUp.deallocate()
    }

    func start(_ name: String) {
        do {
            try DedicatedThread.start(name) { [self] in serve() }
        } catch {
            preconditionFailure("\(error)")
        }
    }

    func enqueue(_ work: @escaping @Sendable () -> Void) {
        state.withLock { $0.work.append(work) }
        sem_post(wakeUp)
    }

    func close() {
        state.withLock { $0.isClosed = true }
        sem_post(wakeUp)
    }

    /// Serves until closed and empty.
    func serve() {
        while true {
            // EINTR only makes one more round that finds nothing to do.
            sem_wait(wakeUp)
            let (work, isClosed) = state.withLock { ($0.takeFirst(), $0.isClosed) }
            if let work {
                work()
            } else if isClosed {
                sem_post(wakeUp)  // the next thread ends too
                return
            }
        }
    }
}
