import DurableQueue
import Engine
import StageKit

/// One message in quarantine with its envelope: what `sluice quarantine show` says before the message itself.
struct HeldAnswer: Codable {
    /// One recipient.
    struct Recipient: Codable {
        let address: String
        /// The step that held this recipient, and why; empty where it was not held.
        let step: String
        let reason: String
    }

    let message: QuarantineAnswer
    let client: String
    let helo: String
    /// The reverse-path; empty for the null path.
    let sender: String
    let envelope: [Recipient]

    init(_ summary: QuarantineSummary, _ held: QueuedMessage) throws {
        let envelope = try QueuedEnvelope(of: held)
        message = QuarantineAnswer(summary)
        client = envelope.client.address
        helo = envelope.client.helo
        sender = envelope.sender
        self.envelope = envelope.recipients.map { address, state in
            guard case .quarantined(let step, let reason) = state else {
                return Recipient(address: address, step: "", reason: "")
            }
            return Recipient(address: address, step: step, reason: reason)
        }
    }

    /// Prints it for people.
    func say() {
        var rows = [
            ("Message", message.id), ("Received", message.received), ("Size", "\(message.size) octets"),
            ("Pipeline", "\(message.pipeline)@\(message.version.prefix(12))"), ("Client", "\(client) (\(helo))"),
            ("Sender", "<\(sender)>"),
        ]
        for recipient in envelope {
            let end = recipient.step.isEmpty ? "not held" : "\(recipient.step): \(recipient.reason)"
            rows.append(("Recipient", "<\(recipient.address)> \(end)"))
        }
        for (name, value) in rows { Terminal.say("\(Terminal.bold(name + ":")) \(Terminal.printable(value))") }
        Terminal.say("")
    }
}
