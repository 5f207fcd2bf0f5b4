import Glibc

/// State behind a lock, for which threads can wait.
final class Monitor<State>: @unchecked Sendable {
    // Proof: `state` is touched only between locking and unlocking `mutex`; the two addresses never change.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    /// What a waiting thread makes of the state.
    enum Look<Result> {
        case done(Result)
        /// Look again when something changed, or after so many seconds.
        case wait(seconds: Double?)
    }

    init(_ state: State) {
        self.state = state
        var kind = pthread_mutexattr_t()
        pthread_mutexattr_init(&kind)
        // What is done under the lock takes microseconds, and to sleep and be woken takes more.
        pthread_mutexattr_settype(&kind, Int32(PTHREAD_MUTEX_ADAPTIVE_NP))
        pthread_mutex_init(mutex, &kind)
        pthread_mutexattr_destroy(&kind)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // A change of the wall clock must not lengthen a wait.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Looks at or changes the state.
    func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Has waiting threads look again.
    func signal() { pthread_cond_broadcast(condition) }

    /// Blocks the thread until `look` is done.
    func wait<Result>(_ look: (inout State) -> Look<Result>) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch look(&state) {
            case .done(let result): return result
            case .wait(seconds: nil): pthread_cond_wait(condition, mutex)
            case .wait(let seconds?):
                var deadline = timespec()
                clock_gettime(CLOCK_MONOTONIC, &deadline)
                let nanoseconds = deadline.tv_nsec + Int(max(seconds, 0.000_01) * 1e9)
                deadline.tv_sec += nanoseconds / 1_000_000_000
                deadline.tv_nsec = nanoseconds % 1_000_000_000
                pthread_cond_timedwait(condition, mutex, &deadline)
            }
        }
    }
}
