import Logging
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

    init(
        _ configuration: SMTPService.Configuration, entrance: any Entrance, sessions: OpenSessions, logger: Logger
    ) {
        var configuration = configuration
        configuration.session.messageLimit = min(configuration.session.messageLimit, entrance.messageLimit)
        self.configuration = configuration
        self.entrance = entrance
        self.sessions = sessions
        self.logger = logger
        phases = entrance.phases
    }
}
