import CCAres
import Glibc

/// A descriptor that a polling thread waits on and any other thread can make readable.
package final class WakeSignal: Sendable {
    /// The descriptor to poll for reading.
    package let descriptor: Int32

    /// Creates the descriptor, closed on exec; throws the system's error number.
    package init() throws(SystemError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard descriptor >= 0 else { throw SystemError("create an event descriptor", code: errno) }
    }

    deinit { close(descriptor) }

    /// Makes the descriptor readable.
    package func raise() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, 8)
    }

    /// Makes the descriptor unreadable again.
    package func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}
