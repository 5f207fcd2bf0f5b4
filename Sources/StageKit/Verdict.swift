public import SMTP

/// Where a message goes after a stage.
///
/// A ``SMTP/Reply`` is read by strangers and says no more than they need; a `reason` is for the operator's log and
/// trace, and may name addresses, files and settings.
public enum Verdict: Sendable, Equatable {
    /// On to the next step.
    case proceed
    /// Back for now: in the session the sender should retry (4yz; RFC 5321, section 4.2.1), after the line we do.
    case postpone(Reply, reason: String)
    /// Back for good (5yz); after the durable line, a permanent failure.
    case reject(Reply, reason: String)
    /// Nowhere: accepted, then dropped without a bounce.
    case discard(reason: String)
    /// Accepted, then kept aside for the operator.
    case quarantine(reason: String)
    /// A verdict for each of the message's recipients, in their order; none may be `perRecipient` itself.
    case perRecipient([Verdict])
}
