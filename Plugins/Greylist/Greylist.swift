import Addressing
import ClientPolicy
import Files
import Logging
import Resolver
import SMTP
package import StageKit

/// Puts off the first mail from an unknown network and sender to a recipient: a real server tries again (RFC 6647).
///
/// What it knows is kept in `greylist` of the data directory, and belongs to no message: the stage has no effect in the
/// sense of the contract.
///
/// ```yaml
/// recipient:
///   - check-recipient
///   - greylist: { when: 'spf.result != "pass"', delay: 1m }
/// ```
package final class Greylist: RecipientStage, SessionStage {
    /// What the file says.
    package struct Configuration: StageConfiguration {
        let policy: GreylistPolicy

        package init(from settings: inout Settings) throws {
            let standard = GreylistPolicy()
            policy = GreylistPolicy(
                delay: settings.take("delay", default: standard.delay, "How long a new sender is put off."),
                window: settings.take(
                    "window", default: standard.window, "How long after its first try a sender may come back."),
                memory: settings.take(
                    "memory", default: standard.memory, "How long a sender who came back is let through at once."),
                trustAfter: settings.take(
                    "trust-after", default: standard.trustAfter,
                    "After how many senders that came back a whole network is let through; 0 for never."))
            if policy.window <= policy.delay { settings.note("window", "must be longer than delay") }
            if policy.memory <= policy.window { settings.note("memory", "must be longer than window") }
        }
    }

    /// The facts of a recipient.
    package enum Provided {
        package static let result = Fact<String>(
            "greylist.result", "What is known of the sender.", oneOf: GreylistJudgement.words)
    }

    package static let manifest = StageManifest(
        name: "greylist",
        summary: "Puts off the first mail from an unknown network and sender to a recipient.",
        provides: [Provided.result.declaration],
        keeps: "which senders it has met, in greylist of the data directory")

    /// How often what has changed is written; a crash forgets as much.
    private static let saveInterval = Duration.seconds(1)

    private let policy: GreylistPolicy
    private let services: StageServices
    private let threads = Prepared<BlockingThreads>()
    private let store = Prepared<GreylistStore>()

    package init(configuration: Configuration, services: StageServices) throws {
        policy = configuration.policy
        self.services = services
    }

    package func prepare() async throws {
        let directory = services.site.dataDirectory + "/greylist"
        let opened = try services.shared {
            try GreylistStore(directory: directory, fileSystem: LocalFileSystem())
        }
        if !opened.damage.isEmpty {
            services.logger.error("greylist damaged", metadata: ["damage": "\(opened.damage)"])
        }
        store.set(opened)
        threads.set(BlockingThreads(count: 1))
    }

    package func run() async throws {
        do {
            while true {
                try await Task.sleep(for: Self.saveInterval)
                await save()
            }
        } catch {
            // Cancelled; what is unsaved is saved by `stop()`.
        }
    }

    package func stop() async {
        await save()
        store.take()
        threads.take()
    }

    package func recipient(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) async throws -> Verdict {
        try judge(&recipient, of: message, in: context)
    }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        var verdicts: [Verdict] = []
        for index in message.recipients.indices {
            verdicts.append(try judge(&message.recipients[index], of: message, in: context))
        }
        return verdicts.allSatisfy { $0 == .proceed } ? .proceed : .perRecipient(verdicts)
    }

    private func judge(_ recipient: inout Recipient, of message: Message, in context: StageContext) throws -> Verdict {
        let store = try store.value(or: .unprepared(Self.name))
        guard let address = IPAddress(message.client.address) else { return .proceed }
        let judgement = store.judge(
            client: ClientNetwork.network.block(of: address), sender: message.senderText,
            recipient: recipient.address.description, by: policy, at: context.now())
        recipient.facts[Provided.result] = judgement.word
        guard let delay = judgement.delay else { return .proceed }
        let seconds = max(1, delay.components.seconds)
        return .postpone(
            Reply(450, EnhancedStatusCode(4, 7, 1), "Greylisted, try again in \(seconds) seconds"),
            reason: "the sender has to come back in \(seconds) seconds")
    }

    private func save() async {
        guard let store = store.value, let threads = threads.value else { return }
        do {
            try await threads.run { [policy, now = services.now] in try store.save(by: policy, at: now()) }
        } catch {
            services.logger.error("greylist not saved", metadata: ["error": "\(error)"])
        }
    }
}
