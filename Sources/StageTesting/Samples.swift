import Addressing
public import Bytes
import Logging
public import StageKit

/// Values for tests of stages.
public enum Samples {
    /// A moment that tests agree on: 2026-01-02 03:04:05 UTC.
    public static let now = Timestamp(seconds: 1_767_323_045)

    /// A site that keeps everything in a directory of the test's own.
    public static func site(dataDirectory: String) -> Site {
        Site(hostName: "mx.example.org", localDomains: ["example.org"], dataDirectory: dataDirectory)
    }

    /// Services of that site, with a log that goes nowhere.
    public static func services(_ site: Site) -> StageServices {
        StageServices(site: site, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { now })
    }

    /// A context for direct calls of a stage; without a log, its lines go nowhere.
    public static func context(step: String = "deliver.test", log: LineLog? = nil) -> StageContext {
        StageContext(
            pipeline: "test", step: step,
            logger: log?.logger ?? Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { now })
    }

    /// A message of a stranger to addresses of the site, with core facts set as the engine sets them.
    public static func message(
        _ content: some Collection<UInt8>, from sender: String = "sender@example.com",
        to recipients: [String] = ["alice@example.org"], number: UInt64 = 1
    ) -> Message {
        var message = Message(
            id: MessageID(high: UInt64(now.microseconds / 1_000) << 16, low: number), received: now,
            client: Client(address: "192.0.2.1", port: 40_000, helo: "mail.example.com", transport: "ESMTP"),
            content: Octets(content))
        message.reversePath = address(sender).map { .address($0) } ?? .null
        message.recipients = recipients.compactMap { address($0) }.enumerated().map { Recipient($1, index: $0) }
        message.facts[CoreFacts.clientAddress] = message.client.address
        message.facts[CoreFacts.clientHelo] = message.client.helo
        message.facts[CoreFacts.sender] = sender
        message.facts[CoreFacts.recipients] = message.recipients.count
        message.facts[CoreFacts.size] = message.content.count
        return message
    }

    /// A message of text.
    public static func message(
        text: String, from sender: String = "sender@example.com", to recipients: [String] = ["alice@example.org"],
        number: UInt64 = 1
    ) -> Message {
        message(Array(text.utf8), from: sender, to: recipients, number: number)
    }

    private static func address(_ text: String) -> EmailAddress? {
        guard let at = text.lastIndex(of: "@") else { return nil }
        return EmailAddress(localPart: String(text[..<at]), domain: String(text[text.index(after: at)...]))
    }
}
