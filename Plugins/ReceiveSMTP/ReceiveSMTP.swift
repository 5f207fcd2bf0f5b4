package import Bytes
import SMTP
import SMTPServer
package import StageKit

/// Receives mail from other servers over SMTP.
///
/// ```yaml
/// receive:
///   smtp:
///     listen: ["0.0.0.0:25", "[::]:25"]
///     limits: { message: 25MB, recipients: 100, sessions: 2000, sessions-per-address: 200, errors: 20 }
///     bare-newlines: normalise
///     greeting-delay: 2s
///     early-talkers: refuse
///     tarpit: { after-errors: 5, delay: 5s }
///     timeouts: { handshake: 60s, command: 5m, data: 3m, slow-start: 60s, grace: 10s }
///     tls:
///       certificates: [{ certificate: /etc/ssl/mx.pem, key: /etc/ssl/mx.key }]
///       starttls: offered
///     threads: 1
/// ```
package struct ReceiveSMTP: Receiver {
    /// What it declares about itself.
    package static let manifest = StageManifest(name: "smtp", summary: "Receives mail from other servers over SMTP.")

    /// Where it listens.
    package let listeners: [ListenerAddress]
    private let server: SMTPService
    private let messageLimit: ByteCount

    /// A receiver that has opened nothing yet.
    package init(configuration: Configuration, services: StageServices) throws {
        try configuration.validate()
        listeners = configuration.listeners + configuration.tls.listeners
        messageLimit = configuration.limits.message
        // The versions of a pipeline that follow each other share their listeners.
        server = SMTPService(
            configuration.serverConfiguration(for: services.site), logger: services.logger,
            sockets: try services.shared { ListeningSockets() })
    }

    /// A message that the queue never has room for would be put off for days before its sender knows.
    package func objection(to capacity: ByteCount) -> ConfigurationError? {
        guard messageLimit > capacity else { return nil }
        return ConfigurationError(
            "is \(messageLimit.settingText), but accept: queue: keeps no message larger than \(capacity.settingText)",
            at: "limits.message")
    }

    /// Reads the certificates and opens the listeners, so that what is missing or taken is found before anything starts.
    package func prepare() async throws {
        try await server.bind()
    }

    /// Serves until the task is cancelled or ``stop()`` is called.
    package func receive(through entrance: any Entrance) async throws {
        try await server.serve(entrance)
    }

    /// Leaves new connections to the next version of the pipeline; the sessions that are open go on.
    package func retire() async {
        await server.retire()
    }

    /// Ends the sessions, those in a message after the grace period, and closes the listeners.
    package func stop() async {
        await server.stop()
    }
}

extension ReceiveSMTP.Configuration {
    /// More threads than this serve no real machine.
    private static let threadLimit = 64
    /// Clients wait five minutes for a reply (RFC 5321, section 4.5.3.2), and each that waits holds a session.
    private static let delayLimit = Duration.seconds(60)

    func validate() throws(ConfigurationError) {
        try tls.validate()
        guard !listeners.isEmpty || !tls.listeners.isEmpty else {
            throw ConfigurationError("is empty; list at least one address, such as 0.0.0.0:25", at: "listen")
        }
        let counts = [
            ("limits.message", limits.message.octets), ("limits.sessions", limits.sessions),
            ("limits.sessions-per-address", limits.sessionsPerAddress), ("limits.errors", limits.errors),
            ("limits.idle-commands", limits.idleCommands), ("limits.recipients", limits.recipients),
        ]
        if let zero = counts.first(where: { $0.1 < 1 }) {
            throw ConfigurationError("must be more than nothing", at: zero.0)
        }
        guard (1...Self.threadLimit).contains(threads) else {
            throw ConfigurationError("must lie between 1 and \(Self.threadLimit)", at: "threads")
        }
        let durations = [
            ("timeouts.handshake", timeouts.handshake), ("timeouts.command", timeouts.command),
            ("timeouts.data", timeouts.data),
            ("timeouts.slow-start", timeouts.slowStart),
        ]
        if let zero = durations.first(where: { $0.1 <= .zero }) {
            throw ConfigurationError("must be longer than nothing", at: zero.0)
        }
        try validateDelays()
    }

    private func validateDelays() throws(ConfigurationError) {
        let delays = [("greeting-delay", greetingDelay), ("tarpit.delay", tarpit.delay)]
        if let wrong = delays.first(where: { !(.zero...Self.delayLimit).contains($0.1) }) {
            throw ConfigurationError("must lie between 0s and 60s", at: wrong.0)
        }
        guard earlyTalkers == .accept || greetingDelay > .zero else {
            throw ConfigurationError("is missing; without it nobody talks too early", at: "greeting-delay")
        }
        guard tarpit.afterErrors >= 0 else { throw ConfigurationError("must be 0 or more", at: "tarpit.after-errors") }
    }

    func serverConfiguration(for site: Site) -> SMTPService.Configuration {
        // `<Postmaster>` must reach somebody: the host's own domain if its mail is ours, or else one that is.
        let isLocal = site.localDomains.contains(site.hostName.lowercased())
        let postmasterDomain = isLocal ? site.hostName.lowercased() : site.localDomains.min() ?? site.hostName
        var session = ServerSession.Configuration(
            hostName: site.hostName, postmasterDomain: postmasterDomain, messageLimit: limits.message.octets,
            recipientLimit: limits.recipients, errorLimit: limits.errors, idleCommandLimit: limits.idleCommands,
            bareNewlines: bareNewlines)
        session.dialect = dialect
        session.offersDSN = offersDSN
        if tarpit.delay > .zero { session.patientErrors = tarpit.afterErrors }
        session.disabledCommands = disabledCommands
        if !tls.certificates.isEmpty { session.startTLS = tls.startTLS ?? .offered }
        var server = SMTPService.Configuration(listeners: listeners, session: session)
        server.sessionLimit = limits.sessions
        server.sessionLimitPerAddress = limits.sessionsPerAddress
        server.greetingDelay = greetingDelay
        server.earlyTalkers = earlyTalkers
        server.tarpitDelay = tarpit.delay
        server.handshakeTimeout = timeouts.handshake
        server.commandTimeout = timeouts.command
        server.dataTimeout = timeouts.data
        server.gracePeriod = timeouts.grace
        server.threads = threads
        server.tls = tls.server
        server.proxies = proxies
        server.forwarders = forwarders
        server.minimumDataRate = limits.dataRate.octets
        server.slowStart = timeouts.slowStart
        return server
    }
}
