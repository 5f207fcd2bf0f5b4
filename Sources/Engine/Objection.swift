import DurableQueue
import StageKit

/// What a stage of the session said against one recipient of a message that was accepted for the others.
struct Objection: Sendable {
    /// The fact, of a recipient, that carries it over the durable line.
    static let fact = Fact<[String]>(
        "session.objection", "What a stage of the session said against this recipient: verdict, step, reason.")

    let verdict: String
    let step: String
    let reason: String

    /// The objection in a verdict; `nil` if it lets the recipient pass.
    init?(_ verdict: Verdict, step: String) {
        guard !verdict.letsAllPass else { return nil }
        self.verdict = verdict.label
        self.step = step
        reason = verdict.reason ?? ""
    }

    /// The objection among a recipient's facts.
    init?(_ facts: Facts) {
        guard let words = facts[Self.fact], words.count == 3 else { return nil }
        (verdict, step, reason) = (words[0], words[1], words[2])
    }

    /// The fact's value.
    var words: [String] { [verdict, step, reason] }

    /// What becomes of the recipient: nobody can be told of a refusal any more, so the operator is.
    var state: RecipientState {
        verdict == Verdict.discard(reason: "").label
            ? .discarded(step: step, reason: reason) : .quarantined(step: step, reason: "\(verdict): \(reason)")
    }
}
