package import Resolver

/// What names a key in the DNS, and what it is to be used for.
package struct KeyQuery: Sendable, Hashable {
    /// Which of the owner's keys.
    package let selector: String
    /// The owner.
    package let domain: DomainName
    /// What the key is to be used for.
    package let algorithm: SignatureAlgorithm

    /// A query of these parts.
    package init(selector: String, domain: DomainName, algorithm: SignatureAlgorithm) {
        self.selector = selector
        self.domain = domain
        self.algorithm = algorithm
    }
}
