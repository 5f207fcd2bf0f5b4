/// What becomes of a client that talks before it was greeted (RFC 5321, section 3.1).
package enum EarlyTalkers: String, Sendable, Hashable, CaseIterable {
    /// The pipeline decides, which knows it by the fact `client.early-talker`.
    case accept
    /// The greeting refuses it.
    case refuse
}
