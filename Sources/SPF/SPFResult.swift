/// The outcome of an SPF check (RFC 7208, section 2.6), by the word that header fields use.
package enum SPFResult: String, Sendable, CaseIterable {
    /// No policy was found, or there is no domain to ask for one.
    case none
    /// The domain says nothing about the client.
    case neutral
    /// The client may send mail for the domain.
    case pass
    /// The client may not send mail for the domain.
    case fail
    /// The client probably may not send mail for the domain.
    case softfail
    /// The check could not be done now.
    case temperror
    /// The domain's policy is broken.
    case permerror
}
