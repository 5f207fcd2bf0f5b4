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
            found += faults(of: stage, message, to: .verdict(verdict, working)).map { "\(name): \($0)" }
            return verdict
        } catch let error as Patience.Exhausted {
            found.append("\(name): \(error)")
            return nil
        } catch {
            found += faults(of: stage, message, to: .failure(error)).map { "\(name): \($0)" }
            return nil
        }
    }

    private static func faults(of stage: any Stage, _ message: Message, to outcome: Outcome) -> [String] {
        // A verdict of the session may be another the second time.
        guard !(stage is any SessionStage) || stage is any RewritingStage else { return [] }
        return faults(of: message, to: outcome) { try stage.processAtOnce(&$0, in: Samples.context()) }
    }

    /// What is wrong with a stage's answer at once, where `process` makes one message of another and says `verdict`.
    ///
    /// For tests of stages that have both: what is told of a message must not depend on how the engine asks.
    ///
    /// - Returns: One text for each fault; nothing where they agree, or the stage says that it has to wait.
    public static func faults(
        atOnce stage: any Stage, of message: Message, to working: Message, _ verdict: Verdict
    ) -> [String] {
        faults(of: message, to: .verdict(verdict, working)) { try stage.processAtOnce(&$0, in: Samples.context()) }
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
            return  // an error is a fair answer: the engine tries again later
        }
    }

    private static func usePhases(_ stage: any Stage, _ found: inout [String]) async {
        var message = Samples.message([])
        if let stage = stage as? any ConnectStage {
            let outcome = await outcome(of: message) { try await stage.connect(&$0, in: Samples.context()) }
            message = outcome.message ?? message
        }
        if let stage = stage as? any MailStage {
            let outcome = await outcome(of: message) { try await stage.mail(&$0, in: Samples.context()) }
            found += faults(of: message, to: outcome) { try stage.mailAtOnce(&$0, in: Samples.context()) }
                .map { "a sender: \($0)" }
            message = outcome.message ?? message
        }
        if let stage = stage as? any RecipientStage { found += await faults(of: stage, message) }
    }

    private static func faults(of stage: any RecipientStage, _ message: Message) async -> [String] {
        guard let recipient = message.recipients.first else { return [] }
        // It is the message's only one then, so that both are compared as one.
        var before = message
        before.recipients = [recipient]
        let outcome = await outcome(of: before) { message in
            var working = recipient
            defer { message.recipients = [working] }
            return try await stage.recipient(&working, of: &message, in: Samples.context())
        }
        var found = faults(of: before, to: outcome) { message in
            var working = recipient
            defer { message.recipients = [working] }
            return try stage.recipientAtOnce(&working, of: &message, in: Samples.context())
        }
        .map { "a recipient: \($0)" }
        if let after = outcome.message?.recipients.first, after.index != recipient.index {
            found.append("the recipient's index was changed")
        }
        return found
    }

    /// What a function that may wait makes of a message; an error is a fair answer: the engine tries again later.
    private enum Outcome {
        case verdict(Verdict, Message)
        case failure(any Error)

        /// The message as it is afterwards; `nil` where the engine goes back to the one before.
        var message: Message? {
            if case .verdict(_, let message) = self { message } else { nil }
        }
    }

    private static func outcome(
        of message: Message, _ function: (inout Message) async throws -> Verdict
    ) async -> Outcome {
        var working = message
        do {
            return .verdict(try await function(&working), working)
        } catch {
            return .failure(error)
        }
    }

    /// What is wrong with an answer at once, where the function that may wait comes to an outcome.
    private static func faults(
        of message: Message, to outcome: Outcome, atOnce function: (inout Message) throws -> Verdict?
    ) -> [String] {
        var early = message
        let answer: Verdict?
        do {
            answer = try function(&early)
        } catch {
            if case .failure = outcome { return [] }
            return ["its answer at once is an error, and the one that may wait is none: \(error)"]
        }
        guard let answer else {
            return isSame(early, message) ? [] : ["it says that it has to wait, and has changed the message"]
        }
        switch outcome {
        case .failure(let error): return ["its answer at once is \(answer), and an error if it may wait: \(error)"]
        case .verdict(let verdict, let working):
            var faults: [String] = []
            if answer != verdict { faults.append("its answer at once is \(answer), and \(verdict) if it may wait") }
            if !isSame(early, working) { faults.append("it makes another message at once than if it may wait") }
            return faults
        }
    }
}
