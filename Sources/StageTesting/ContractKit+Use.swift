import StageKit

extension ContractKit {
    /// Every hostile message, each twice, as after a crash: the stage must return, keep what it must not change, and
    /// give the same verdict again.
    static func use(_ stage: any Stage, _ found: inout [String]) async {
        for (number, hostile) in HostileMessages.all.enumerated() {
            let message = Samples.message(hostile.content, number: UInt64(number))
            let first = await verdict(of: stage, message, hostile.name, &found)
            let second = await verdict(of: stage, message, hostile.name, &found)
            if first != second { found.append("\(hostile.name): a redelivery has another verdict") }
        }
        if let stage = stage as? any BatchStage { await useBatch(stage, &found) }
        await usePhases(stage, &found)
    }

    private static func verdict(
        of stage: any Stage, _ message: Message, _ name: String, _ found: inout [String]
    ) async -> Verdict? {
        var working = message
        do {
            let verdict = try await stage.process(&working, in: Samples.context())
            if working.id != message.id || working.recipients.map(\.index) != message.recipients.map(\.index) {
                found.append("\(name): the message's id or recipients were changed")
            }
            if case .perRecipient(let verdicts) = verdict, verdicts.count != message.recipients.count {
                found.append("\(name): \(verdicts.count) verdicts for \(message.recipients.count) recipients")
            }
            return verdict
        } catch {
            return nil  // an error is a fair answer: the engine tries again later
        }
    }

    private static func useBatch(_ stage: any BatchStage, _ found: inout [String]) async {
        if stage.batchLimit < 1 { found.append("its batch limit is below 1") }
        var batch = HostileMessages.all.enumerated().map { Samples.message($1.content, number: UInt64($0)) }
        batch = Array(batch.prefix(stage.batchLimit))
        let ids = batch.map(\.id)
        do {
            let verdicts = try await stage.process(&batch, in: Samples.context())
            if verdicts.count != ids.count || batch.map(\.id) != ids {
                found.append("a batch of \(ids.count) came back with \(verdicts.count) verdicts or in another order")
            }
        } catch {
            return  // as above
        }
    }

    private static func usePhases(_ stage: any Stage, _ found: inout [String]) async {
        var message = Samples.message([])
        do {
            if let stage = stage as? any ConnectStage { _ = try await stage.connect(&message, in: Samples.context()) }
            if let stage = stage as? any MailStage { _ = try await stage.mail(&message, in: Samples.context()) }
            if let stage = stage as? any RecipientStage, var recipient = message.recipients.first {
                _ = try await stage.recipient(&recipient, of: &message, in: Samples.context())
                if recipient.index != 0 { found.append("the recipient's index was changed") }
            }
        } catch {
            return  // as above
        }
    }
}
