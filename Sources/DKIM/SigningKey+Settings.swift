import InternationalDomains
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
    /// and selectors that are none (RFC 6376, section 3.1), but for underscores.
    ///
    /// - Returns: Both in lower case and with A-labels: only internationalized mail may have others (RFC 8616, section 4).
    package mutating func takeKeyName(_ use: String) -> (domain: String, selector: String) {
        let domain: DomainSetting = take("domain", use)
        let selector: String = take("selector", "The key's record is SELECTOR._domainkey.DOMAIN, with A-labels.")
        // Names of the DNS have no letter case.
        let lower = selector.lowercased()
        if let bare = lower.firstRange(of: "._domainkey").map({ lower[..<$0.lowerBound] }), !bare.isEmpty {
            note("selector", "is what stands before ._domainkey in the record's name: \(bare)")
        } else if DomainEncoding.ascii(selector) == nil {
            note("selector", "must be a name such as s1, not \"\(selector)\"\(DomainSetting.withoutALabels)")
        } else if let name = Signature.name(selector), name.labels.allSatisfy(isSelectorLabel) {
            if let key = DomainName(domain.name).flatMap({ Signature.selector(selector, domain: $0) }) {
                return (domain.name, key)
            }
            note("selector", "is too long: the name of the key's record may have \(DomainName.maximumLength) octets")
        } else {
            note("selector", "must be a name such as s1, not \"\(selector)\"")
        }
        return (domain.name, selector)
    }

    /// Takes names of header fields, in lower case; notes what is none, or could not stand in a list of tags (RFC 6376,
    /// section 3.2).
    package mutating func takeFieldNames(_ key: String, default names: [String], _ summary: String) -> [String] {
        let names = take(key, default: names, summary)
        for (number, name) in names.enumerated() where !isFieldName(name) {
            note(key, element: number, "must be names of header fields such as subject, not \"\(name)\"")
        }
        return names.map { $0.lowercased() }
    }

    /// RFC 5322, section 3.6.8.
    private func isFieldName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: ";") }
    }

    private func isSelectorLabel(_ label: Substring) -> Bool {
        label.first != "-" && label.last != "-" && label != "_domainkey"
    }
}
