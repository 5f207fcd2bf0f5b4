/// A way to show who one is (RFC 4422).
package enum SASLMechanism: String, Sendable, CaseIterable {
    /// The password is never sent (RFC 7677).
    case scramSHA256 = "SCRAM-SHA-256"
    /// User and password at once (RFC 4616).
    case plain = "PLAIN"
    /// User, then password; never standardised, and still what some clients know alone.
    case login = "LOGIN"
}
