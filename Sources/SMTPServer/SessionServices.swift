import Logging
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

    init(
        _ configuration: SMTPService.Configuration, entrance: any Entrance, sessions: OpenSessions,
        tls: NIOSSLContext?, logger: Logger
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
    }
}
