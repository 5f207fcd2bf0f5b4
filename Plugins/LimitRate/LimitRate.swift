import Addressing
package import ClientPolicy
import Resolver
import SMTP
package import StageKit
import Synchronization

/// Lets each client bring only so many connections, messages or recipients in a time.
///
/// What is counted is what the place says: connections in `connect`, messages in `mail` and in `message`, recipients in
/// `recipient`. A client that is too quick is told when to come back, and loses nothing. Counts begin anew when the server
/// starts, or takes up files in which the settings of the step have changed.
///
/// ```yaml
/// connect:   [ limit-rate: { allow: 60, per: 1m } ]
/// recipient: [ limit-rate: { allow: 1000, per: 1h, of: network } ]
/// ```
package final class LimitRate: ConnectStage, MailStage, RecipientStage, SessionStage {
    /// What the file says.
    package struct Configuration: StageConfiguration, Equatable {
        let allowed: Int
        let period: Duration
        let network: ClientNetwork

        package init(from settings: inout Settings) throws {
            allowed = settings.take("allow", "How many may come in the period, all at once if need be.")
            period = settings.take("per", "The period.")
            network = settings.take(
                "of", default: .address,
                "Who counts as one client: an address (IPv6: 64 bits) or a network (24 bits, IPv6: 48).")
            if allowed < 1 { settings.note("allow", "must be at least 1") }
            if period <= .zero { settings.note("per", "must be longer than nothing") }
        }
    }

    package static let manifest = StageManifest(
        name: "limit-rate",
        summary: "Lets each client bring only so many connections, messages or recipients in a time.")

    private let configuration: Configuration
    private let services: StageServices
    private let limiter = Mutex<RateLimiter<AddressBlock>?>(nil)

    package init(configuration: Configuration, services: StageServices) throws {
        self.configuration = configuration
        self.services = services
    }

    package func connect(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        // Who may not connect now is told with the code that ends the session (RFC 5321, section 3.1).
        try count(message, context, code: 421, "Too many connections")
    }

    package func mail(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        try count(message, context, code: 450, "Too many messages")
    }

    package func recipient(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) async throws -> Verdict {
        try count(message, context, code: 450, "Too many recipients")
    }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        try count(message, context, code: 450, "Too many messages")
    }

    private func count(_ message: Message, _ context: StageContext, code: Int, _ text: String) throws -> Verdict {
        guard let address = IPAddress(message.client.address) else { return .proceed }
        let client = configuration.network.block(of: address)
        guard let wait = try limiter(of: context).admit(client, at: context.now()) else { return .proceed }
        let seconds = max(1, wait.components.seconds + (wait.components.attoseconds > 0 ? 1 : 0))
        return .postpone(
            Reply(code, EnhancedStatusCode(4, 7, 0), "\(text) from your network, try again in \(seconds) seconds"),
            reason: "\(client.settingText) is over its limit for \(seconds) more seconds")
    }
}

extension LimitRate {
    /// The counts of the step, which go on when other files are taken up that leave it as it was.
    private func limiter(of context: StageContext) throws -> RateLimiter<AddressBlock> {
        if let known = limiter.withLock({ $0 }) { return known }
        let limiters = try services.shared { StepLimiters() }
        let found = limiters.limiter(of: "\(context.pipeline) \(context.step)", configuration)
        limiter.withLock { $0 = found }
        return found
    }
}

extension ClientNetwork: SettingValue {}
