import Files
import Glibc

/// Threads of our own, for calls that block.
enum DedicatedThread {
    /// Runs `body` on a new thread, which ends with it.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(FileError) {
        let code = launch(ThreadBody(run: body))
        guard code == 0 else { throw FileError(.create, path: "thread \(name)", code: code) }
    }

    private static func launch(_ body: ThreadBody) -> Int32 {
        let argument = Unmanaged.passRetained(body)
        var thread = pthread_t()
        let code = pthread_create(&thread, nil, runThreadBody, argument.toOpaque())
        if code == 0 { pthread_detach(thread) } else { argument.release() }
        return code
    }
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(run: @escaping @Sendable () -> Void) { self.run = run }
}

// A plain function: a closure could be bound to an actor, which no thread of ours is.
private func runThreadBody(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
    return nil
}
