/// What became of a signature, or of all signatures of a message (RFC 8601, section 2.7.1).
package enum DKIMResult: String, Sendable, Hashable, CaseIterable {
    /// There is no signature.
    case none
    /// The signature verifies and is acceptable.
    case pass
    /// The signature does not fit the message.
    case fail
    /// The signature is one that we do not accept, whatever it says: weak, old, expired or partial.
    case policy
    /// The signature has syntax errors, or its owner only tries signing out.
    case neutral
    /// The key could not be had; a later attempt may end differently.
    case temperror
    /// The signature cannot be verified, now or later.
    case permerror
}
