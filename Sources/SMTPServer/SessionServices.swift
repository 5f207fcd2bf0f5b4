import Logging
import NIOCore
import NIOSSL
import SASL
import SMTP
import StageKit

/// What the sessions of a running server share.
struct SessionServices: Sendable {
    let configuration: SMTPService.Configuration
    let entrance: any Entrance
    let sessions: OpenSessions
    let logger: Logger
    let budget = InputBudget()
    /// The phases to wait for, read once.
    let phases: Set<SessionPhase>
    /// What handshakes begin with.
    let tls: NIOSSLContext?
    private let timers: [ObjectIdentifier: NIOLoopBoundBox<SessionTimers>]

    init(
        _ configuration: SMTPService.Configuration, entrance: any Entrance, sessions: OpenSessions,
        tls: NIOSSLContext?, loops: [any EventLoop], logger: Logger
    ) {
        var configuration = configuration
        if configuration.authenticator != nil {
            configuration.session.mechanisms = SASLMechanism.allCases.map(\.rawValue)
        }
        self.tls = tls
        configuration.session.messageLimit = min(configuration.session.messageLimit, entrance.messageLimit)
        self.configuration = configuration
        self.entrance = entrance
        self.sessions = sessions
        self.logger = logger
        phases = entrance.phases
        timers = Dictionary(
            uniqueKeysWithValues: loops.map { loop in
                (ObjectIdentifier(loop), .makeBoxSendingValue(SessionTimers(on: loop), eventLoop: loop))
            })
    }

    /// The deadlines of a loop's connections, asked on the loop; `nil` if the loop is not the server's.
    func timers(on loop: any EventLoop) -> SessionTimers? { timers[ObjectIdentifier(loop)]?.value }
}
