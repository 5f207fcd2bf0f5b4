import Addressing
import Resolver
package import StageKit

extension SigningKey {
    /// Reads the setting `key`.
    ///
    /// - Throws: `ConfigurationError`, which says nothing of the key itself.
    package init(setting: Secret) throws(ConfigurationError) {
        do throws(SigningKeyError) {
            try self.init(pem: setting.exposed)
        } catch {
            throw ConfigurationError(error.description, at: "key")
        }
    }
}

extension Settings {
    /// Takes `domain`, which `use` says the use of, and `selector`; notes names that we would not take from a signature,
    /// and domains that no mail can come from (RFC 5321, section 4.1.2).
    package mutating func takeKeyName(_ use: String) -> (domain: String, selector: String) {
        let domain: String = take("domain", use)
        let selector: String = take("selector", "The key's record is SELECTOR._domainkey.DOMAIN.")
        let name = Domain(domain).flatMap { _ in Signature.name(domain) }
        if name == nil { note("domain", "must be a name such as example.org, not \"\(domain)\"") }
        // Names of the DNS have no letter case.
        let lower = selector.lowercased()
        if let bare = lower.firstRange(of: "._domainkey").map({ lower[..<$0.lowerBound] }), !bare.isEmpty {
            note("selector", "is what stands before ._domainkey in the record's name: \(bare)")
        } else if Signature.name(selector) == nil {
            note("selector", "must be a name such as s1, not \"\(selector)\"")
        } else if let name, Signature.selector(selector, domain: name) == nil {
            note("selector", "is too long: the name of the key's record may have \(DomainName.maximumLength) octets")
        }
        return (domain, selector)
    }
}
