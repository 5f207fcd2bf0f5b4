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

    /// Looks whether the settings `domain` and `selector` name a key's record.
    ///
    /// - Throws: `ConfigurationError` for a name that no DNS question can ask for.
    package static func check(domain: String, selector: String) throws(ConfigurationError) {
        guard DomainName(domain) != nil else {
            throw ConfigurationError("must be a domain such as example.org, not \(domain)", at: "domain")
        }
        guard DomainName(Signature.keyName(selector: selector, domain: domain)) != nil else {
            throw ConfigurationError("must be a name such as s1, not \(selector)", at: "selector")
        }
    }
}
