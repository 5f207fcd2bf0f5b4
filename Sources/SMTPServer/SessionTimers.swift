import NIOCore

/// Something on an event loop that does not wait for ever.
package protocol Patient: AnyObject {
    /// The deadline that was set last has come.
    func deadlineCame()
}

/// The deadlines of an event loop's connections.
///
/// To cancel one timer NIO looks through all that its loop has: ten thousand clients that leave at once would hold up
/// everybody else for half a second. Here the loop has one timer, and the connections share a ``DeadlineWheel``.
final class SessionTimers {
    /// How late a deadline may be noticed: little beside the seconds that clients have.
    private static let tick = TimeAmount.milliseconds(100)
    /// So many deadlines come in one go; then the loop looks at its sockets.
    private static let atOnce = 64
    /// NIO runs whatever is due before it looks at its sockets, so what comes behind them must not be due yet.
    private static let moment = TimeAmount.microseconds(100)

    private let loop: any EventLoop
    private var wheel = DeadlineWheel(at: tick(of: .now()))
    private var isTurning = false

    init(on loop: any EventLoop) { self.loop = loop }

    /// Sets or moves a deadline.
    func set(_ patient: any Patient, to deadline: NIODeadline) {
        wheel.set(patient, to: Self.tick(of: deadline) + 1)
        turnLater(in: Self.tick)
    }

    /// Forgets a deadline, if there is one.
    func cancel(_ patient: any Patient) {
        wheel.remove(patient)
    }

    private func turnLater(in amount: TimeAmount) {
        guard !isTurning, !wheel.isEmpty else { return }
        isTurning = true
        loop.assumeIsolated().scheduleTask(in: amount) { [weak self] in self?.turn() }
    }

    private func turn() {
        wheel.advance(to: Self.tick(of: .now()))
        var served = 0
        while served < Self.atOnce, let patient = wheel.takeDue() {
            patient.deadlineCame()
            served += 1
        }
        isTurning = false
        turnLater(in: served < Self.atOnce ? Self.tick : Self.moment)
    }

    /// The tick in which a time lies.
    private static func tick(of time: NIODeadline) -> Int {
        Int(time.uptimeNanoseconds / UInt64(tick.nanoseconds))
    }
}
