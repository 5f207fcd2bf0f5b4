import Bytes
import SMTP
public import StageKit

extension ContractKit {
    /// Every hostile message, each twice, as after a crash: the stage must return, keep what it must not change, and
    /// give the same verdict again if it may stand behind the durable line.
    static func use(_ stage: any Stage, _ found: inout [String]) async {
        for (number, hostile) in HostileMessages.all.enumerated() {
            let message = Samples.message(hostile.content, number: UInt64(number))
            let first = await verdict(of: stage, message, hostile.name, &found)
            let second = await verdict(of: stage, message, hostile.name, &found)
            // Behind the durable line the same message may come again; before it, another one would.
            if first != second, !(stage is any SessionStage) {
                found.append("\(hostile.name): a redelivery has another verdict")
            }
        }
        if let stage = stage as? any BatchStage { await useBatch(stage, &found) }
        await usePhases(stage, &found)
    }

    private static func verdict(
        of stage: any Stage, _ message: Message, _ name: String, _ found: inout [String]
    ) async -> Verdict? {
        do {
            let (working, verdict) = try await Patience.result {
                var working = message
                let verdict = try await stage.process(&working, in: Samples.context())
                return (working, verdict)
            }
            found += changes(of: message, to: working, mayRewrite: stage is any RewritingStage).map { "\(name): \($0)" }
            found += problems(of: verdict, recipients: message.recipients.count).map { "\(name): \($0)" }
            if verdict == .proceed { found += missingFacts(of: stage, in: working).map { "\(name): \($0)" } }
            found += strayFacts(of: stage, in: working).map { "\(name): \($0)" }
            // A verdict of the session may be another the second time.
            if !(stage is any SessionStage) || stage is any RewritingStage {
                found += faults(atOnce: stage, of: message, to: working, verdict).map { "\(name): \($0)" }
            }
            return verdict
        } catch let error as Patience.Exhausted {
            found.append("\(name): \(error)")
            return nil
        } catch {
            return nil  // an error is a fair answer: the engine tries again later
        }
    }

    /// What is wrong with a stage's answer at once, where `process` makes one message of another and says `verdict`.
    ///
    /// For tests of stages that have both: what is told of a message must not depend on how the engine asks.
    ///
    /// - Returns: One text for each fault; nothing where they agree, or the stage says that it has to wait.
    public static func faults(
        atOnce stage: any Stage, of message: Message, to working: Message, _ verdict: Verdict
    ) -> [String] {
        var early = message
        do {
            let answer = try stage.processAtOnce(&early, in: Samples.context())
            return faults(of: answer, early, of: message, to: working, verdict)
        } catch {
            return ["its answer at once is an error, and the one that may wait is none: \(error)"]
        }
    }

    private static func faults(
        of answer: Verdict?, _ early: Message, of message: Message, to working: Message, _ verdict: Verdict
    ) -> [String] {
        guard let answer else {
            return isSame(early, message) ? [] : ["it says that it has to wait, and has changed the message"]
        }
        var faults: [String] = []
        if answer != verdict { faults.append("its answer at once is \(answer), and \(verdict) if it may wait") }
        if !isSame(early, working) { faults.append("it makes another message at once than if it may wait") }
        return faults
    }

    private static func isSame(_ left: Message, _ right: Message) -> Bool {
        left.facts == right.facts && left.trace == right.trace
            && left.recipients.map(\.address) == right.recipients.map(\.address)
            && left.recipients.map(\.facts) == right.recipients.map(\.facts)
            && (left.content === right.content || left.content.array == right.content.array)
    }

    private static func changes(of message: Message, to working: Message, mayRewrite: Bool = false) -> [String] {
        var found: [String] = []
        if working.id != message.id || working.recipients.map(\.index) != message.recipients.map(\.index) {
            found.append("the message's id or recipients were changed")
        }
        if !mayRewrite, working.content !== message.content { found.append("the message's content was changed") }
        return found
    }

    private static func problems(of verdict: Verdict, recipients: Int?) -> [String] {
        switch verdict {
        case .proceed, .discard, .quarantine: return []
        case .postpone(let reply, _): return reply.isTransient ? [] : ["it postpones with \(reply.code), not 4yz"]
        case .reject(let reply, _): return reply.isPermanent ? [] : ["it rejects with \(reply.code), not 5yz"]
        case .perRecipient(let verdicts):
            guard let recipients else { return ["verdicts of recipients within verdicts of recipients"] }
            guard verdicts.count == recipients else {
                return ["\(verdicts.count) verdicts for \(recipients) recipients"]
            }
            return verdicts.flatMap { problems(of: $0, recipients: nil) }
        }
    }

    /// What the manifest promises is there after `proceed`, of the message or of each recipient.
    private static func missingFacts(of stage: any Stage, in message: Message) -> [String] {
        type(of: stage).manifest.provides.filter { fact in
            message.facts[fact.name]?.type != fact.type
                && !message.recipients.allSatisfy { $0.facts[fact.name]?.type == fact.type }
        }
        .map { "it lets the message pass without its fact \($0.name) of type \($0.type.rawValue)" }
    }

    /// What the manifest says of a fact's texts holds, of the message and of each recipient.
    private static func strayFacts(of stage: any Stage, in message: Message) -> [String] {
        type(of: stage).manifest.provides.filter { !$0.values.isEmpty }.flatMap { fact in
            ([message.facts] + message.recipients.map(\.facts)).compactMap { facts in
                guard case .string(let text) = facts[fact.name], !fact.values.contains(text) else { return nil }
                return "its fact \(fact.name) is \"\(text)\", which it does not declare"
            }
        }
    }

    private static func useBatch(_ stage: any BatchStage, _ found: inout [String]) async {
        if stage.batchLimit < 1 { found.append("its batch limit is below 1") }
        var batch = HostileMessages.all.enumerated().map { Samples.message($1.content, number: UInt64($0)) }
        batch = Array(batch.prefix(max(stage.batchLimit, 1)))
        let before = batch
        do {
            let (after, verdicts) = try await Patience.result {
                var batch = before
                let verdicts = try await stage.process(&batch, in: Samples.context())
                return (batch, verdicts)
            }
            guard verdicts.count == before.count, after.map(\.id) == before.map(\.id) else {
                found.append("a batch of \(before.count) came back with \(verdicts.count) verdicts or in another order")
                return
            }
            for (old, new) in zip(before, after) { found += changes(of: old, to: new).map { "in a batch: \($0)" } }
        } catch let error as Patience.Exhausted {
            found.append("a batch: \(error)")
        } catch {
            return  // as above
        }
    }

    private static func usePhases(_ stage: any Stage, _ found: inout [String]) async {
        var message = Samples.message([])
        do {
            if let stage = stage as? any ConnectStage { _ = try await stage.connect(&message, in: Samples.context()) }
            if let stage = stage as? any MailStage {
                let before = message
                let verdict = try await stage.mail(&message, in: Samples.context())
                var early = before
                let answer = try stage.mailAtOnce(&early, in: Samples.context())
                found += faults(of: answer, early, of: before, to: message, verdict).map { "a sender: \($0)" }
            }
            if let stage = stage as? any RecipientStage, let recipient = message.recipients.first {
                try await use(stage, recipient, &message, &found)
            }
        } catch {
            return  // as above
        }
    }

    private static func use(
        _ stage: any RecipientStage, _ recipient: Recipient, _ message: inout Message, _ found: inout [String]
    ) async throws {
        // Each is the message's only recipient then, so that both are compared as one.
        var (before, early) = (message, recipient)
        before.recipients = [recipient]
        var after = recipient
        let verdict = try await stage.recipient(&after, of: &message, in: Samples.context())
        if after.index != 0 { found.append("the recipient's index was changed") }
        var quick = before
        let answer = try stage.recipientAtOnce(&early, of: &quick, in: Samples.context())
        var slow = message
        (quick.recipients, slow.recipients) = ([early], [after])
        found += faults(of: answer, quick, of: before, to: slow, verdict).map { "a recipient: \($0)" }
    }
}
