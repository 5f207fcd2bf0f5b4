import Resolver

/// The client's names as the reverse DNS has them (RFC 7208, section 5.5).
struct PointerNames: Sendable {
    /// At most ``LookupLimits/maximumNames`` names.
    let names: [DomainName]
    /// Whether the question was answered, with no name.
    let isVoid: Bool
    /// The names that have been looked up, and whether they lead back to the client.
    var validated: [DomainName: Bool] = [:]
}
