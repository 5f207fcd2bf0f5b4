/// How a signature is made (RFC 6376, section 3.3; RFC 8463).
package enum SignatureAlgorithm: String, Sendable, Hashable {
    /// RSASSA-PKCS1-v1_5 over SHA-256.
    case rsaSHA256 = "rsa-sha256"
    /// Ed25519 over the SHA-256 of what is signed.
    case ed25519SHA256 = "ed25519-sha256"

    /// The word for the key in a key record.
    package var keyType: String {
        switch self {
        case .rsaSHA256: "rsa"
        case .ed25519SHA256: "ed25519"
        }
    }

    /// The algorithm of the tag `a`.
    ///
    /// - Throws: ``Rejection`` if there is none, or it is not one that we accept.
    package static func read(_ tags: TagList) throws(Rejection) -> SignatureAlgorithm {
        guard let word = tags.value("a") else { throw Rejection(.neutral, "tag a is missing") }
        if word.isTextIgnoringCase("rsa-sha256") { return .rsaSHA256 }
        if word.isTextIgnoringCase("ed25519-sha256") { return .ed25519SHA256 }
        // RFC 8301, section 3.1: verifiers must not accept it any more.
        guard !word.isTextIgnoringCase("rsa-sha1") else {
            throw Rejection(.policy, "algorithm rsa-sha1 is refused (RFC 8301)")
        }
        throw Rejection(.neutral, "algorithm \(String(decoding: word, as: UTF8.self).lowercased()) is unknown")
    }
}
