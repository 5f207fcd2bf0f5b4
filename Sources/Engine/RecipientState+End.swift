import DurableQueue

extension RecipientState {
    /// What is logged of a recipient whose copy is kept aside or dropped; `nil` for all others.
    var end: (word: String, step: String, reason: String)? {
        switch self {
        case .quarantined(let step, let reason): ("quarantined", step, reason)
        case .discarded(let step, let reason): ("discarded", step, reason)
        case .pending, .delivered, .bounced: nil
        }
    }
}
