import SMTP
import StageKit

extension Verdict {
    /// A short, fixed word for logs and metrics.
    var label: String {
        switch self {
        case .proceed: "proceed"
        case .postpone: "postpone"
        case .reject: "reject"
        case .discard: "discard"
        case .quarantine: "quarantine"
        case .perRecipient: "per-recipient"
        }
    }

    /// Whether nobody's way ends here.
    var letsAllPass: Bool {
        switch self {
        case .proceed: true
        case .perRecipient(let verdicts): verdicts.allSatisfy { $0 == .proceed }
        case .postpone, .reject, .discard, .quarantine: false
        }
    }

    /// The verdict of a step whose failure keeps nothing from being delivered: refusals are passed over.
    var withoutRefusals: Verdict {
        switch self {
        case .postpone, .reject: .proceed
        case .perRecipient(let verdicts): .perRecipient(verdicts.map(\.withoutRefusals))
        case .proceed, .discard, .quarantine: self
        }
    }

    /// The operator's reason, if the verdict has one.
    var reason: String? {
        switch self {
        case .postpone(_, let reason), .reject(_, let reason), .discard(let reason), .quarantine(let reason): reason
        case .proceed, .perRecipient: nil
        }
    }

    /// The reply of a refusal.
    var reply: Reply? {
        switch self {
        case .postpone(let reply, _), .reject(let reply, _): reply
        case .proceed, .discard, .quarantine, .perRecipient: nil
        }
    }
}
