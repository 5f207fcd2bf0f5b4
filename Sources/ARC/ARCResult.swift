/// What became of a message's chain of seals (RFC 8617, section 4.4).
package enum ARCResult: String, Sendable, Hashable, CaseIterable {
    /// There is no chain.
    case none
    /// Every seal and the newest signature verify.
    case pass
    /// The chain is broken; every failure is final (RFC 8617, section 5.2.1).
    case fail
}
