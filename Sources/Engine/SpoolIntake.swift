import Bytes
import DurableQueue
import Logging
import SMTP
import StageKit

/// Takes the content of a large message into a file of the queue.
struct SpoolIntake: ContentIntake {
    let entrance: PipelineEntrance
    let spool: Spool

    func append(_ piece: Octets) async -> PhaseResult {
        do throws(QueueError) {
            try await spool.append(piece)
            return .proceed
        } catch {
            return .refuse(refusal(because: error))
        }
    }

    func accept(_ message: Message, endingWith rest: Octets) async -> Acceptance {
        let content: Octets
        do throws(QueueError) {
            try await spool.append(rest)
            content = try await spool.finish()
        } catch {
            return .refused(refusal(because: error))
        }
        let acceptance = await entrance.accept(message.with(content: content), in: spool)
        // Changes nothing for a message that was taken.
        spool.abandon()
        return acceptance
    }

    func abandon() { spool.abandon() }

    private func refusal(because error: QueueError) -> Reply {
        spool.abandon()
        entrance.logger.error(
            "content not taken", metadata: ["message.id": "\(spool.id)", "error": "\(error)"])
        return entrance.reply(to: error)
    }
}
