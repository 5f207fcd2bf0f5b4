import Synchronization

/// What a workload has been promised so far, so that a crash at any moment can be judged by what was promised then.
package final class PromiseBook<Promises: Sendable>: Sendable {
    private let promises: Mutex<Promises>

    package init(_ promises: Promises) {
        self.promises = Mutex(promises)
    }

    /// The promises of this moment.
    package var now: Promises { promises.withLock { $0 } }

    /// Notes promises; the body must not use a disk.
    package func note(_ change: (inout Promises) -> Void) {
        promises.withLock { change(&$0) }
    }
}
