/// What the session decided about a message that it accepts.
package enum Disposition: Sendable, Equatable {
    /// Deliver it to every recipient.
    case deliver
    /// Keep it apart until an operator decides.
    case quarantine(step: String, reason: String)
    /// Count it and forget it; the reason stays in the journal.
    case discard(step: String, reason: String)
}
