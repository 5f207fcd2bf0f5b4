import CCAres
import Glibc

/// A thread of its own for work that blocks in the kernel, which neither the pool nor an event loop may do.
package enum DedicatedThread {
    /// The system refused to make a thread.
    package struct StartError: Error, CustomStringConvertible {
        let name: String
        let code: Int32
        /// What went wrong, for the operator.
        package var description: String {
            "cannot start the thread \(name) (error \(code)); the limit on threads may be too low"
        }
    }

    private final class Body {
        let name: String
        let run: @Sendable () -> Void

        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Runs `body` on a new detached thread, which the system lists under `name`, cut to 15 octets.
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(StartError) {
        let argument = Unmanaged.passRetained(Body(name, body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer else { return nil }
                let body = Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue()
                sluice_name_thread(body.name)
                body.run()
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw StartError(name: name, code: code)
        }
        pthread_detach(thread)
    }
}
