import Logging
import NIOCore
import SMTP
import StageKit

extension SessionHandler {
    /// Begins to measure the client's patience.
    func startTimer() {
        deadline = .now() + TimeAmount(services.configuration.commandTimeout)
        schedule()
    }

    /// Moves the deadline: in the data with every octet, elsewhere only when a command has ended, so that sending one
    /// octet a minute keeps nothing open.
    func noteActivity() {
        if session.state == .data {
            deadline = .now() + TimeAmount(services.configuration.dataTimeout)
        } else if session.progress != lastProgress {
            deadline = .now() + TimeAmount(services.configuration.commandTimeout)
        }
        lastProgress = session.progress
    }

    /// The timer is not moved with every command: it fires early enough for every deadline that can be set meanwhile, and
    /// then looks which one holds.
    private func schedule() {
        guard let context else { return }
        let patience = min(services.configuration.commandTimeout, services.configuration.dataTimeout)
        let next = min(deadline, .now() + TimeAmount(patience))
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) { [weak self] in
            self?.fire()
        }
    }

    private func fire() {
        guard ending == .none else { return }
        // A pending decision has the engine's own deadline.
        if session.isWaiting { deadline = .now() + TimeAmount(services.configuration.commandTimeout) }
        guard deadline <= .now() else { return schedule() }
        services.logger.debug("Session timed out", metadata: ["client": "\(client.address)"])
        perform(session.timeOut())
    }
}
