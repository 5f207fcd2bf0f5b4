import Logging
import NIOCore
import SMTP
import StageKit

extension SessionHandler {
    /// Begins to measure how long the client takes, or begins anew.
    func startTimer(_ patience: Duration) {
        deadline = .now() + TimeAmount(patience)
        schedule()
    }

    /// Lets time pass before an answer.
    func pause(for delay: Duration, then answer: @escaping (SessionHandler) -> ServerSession.Step?) {
        guard let context else { return }
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(delay)) { [weak self] in
            guard let self, ending == .none else { return }
            perform(answer(self) ?? .wait)
            noteActivity()
        }
    }

    /// Moves the deadline: in the data with every octet, elsewhere only when a command has ended, so that sending one
    /// octet a minute keeps nothing open.
    func noteActivity() {
        if session.isInContent {
            noteContent()
        } else if session.progress != lastProgress {
            let configuration = services.configuration
            let isSecuring = session.state == .securing
            deadline = .now() + TimeAmount(isSecuring ? configuration.handshakeTimeout : configuration.commandTimeout)
            transfer = nil
        }
        lastProgress = session.progress
    }

    /// Data must not pause for long, and not come so slowly that they hold the session for ever either.
    private func noteContent() {
        let configuration = services.configuration
        let now = NIODeadline.now()
        let transfer = self.transfer ?? (start: now, octets: 0)
        self.transfer = transfer
        let nanoseconds = Int64(transfer.octets) * 1_000_000_000 / Int64(max(configuration.minimumDataRate, 1))
        let limit = transfer.start + TimeAmount(configuration.slowStart) + .nanoseconds(nanoseconds)
        let pause = now + TimeAmount(configuration.dataTimeout)
        deadline = configuration.minimumDataRate > 0 ? min(pause, limit) : pause
    }

    /// The timer is not moved with every command: it fires early enough for every deadline that can be set meanwhile, and
    /// then looks which one holds.
    private func schedule() {
        let configuration = services.configuration
        var patience = min(
            configuration.handshakeTimeout, configuration.commandTimeout, configuration.dataTimeout)
        if configuration.minimumDataRate > 0 { patience = min(patience, configuration.slowStart) }
        timers?.set(self, to: min(deadline, .now() + TimeAmount(patience)))
    }

    func deadlineCame() {
        // The client was cut off and has had its time to read why.
        if ending == .begun { return context?.close(promise: nil) ?? () }
        // A pending decision has the engine's own deadline.
        if session.isWaiting { deadline = .now() + TimeAmount(services.configuration.commandTimeout) }
        guard deadline <= .now() else { return schedule() }
        perform(session.timeOut())
    }
}
