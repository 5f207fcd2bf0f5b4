/// A key record of the DNS (RFC 6376, section 3.6.1).
package struct KeyRecord: Sendable {
    /// The key.
    package let key: PublicKey
    /// The key's size in bits, which is counted once.
    let bits: Int
    /// Whether its owner only tries signing out (`t=y`).
    package let isTesting: Bool
    /// Whether it signs for the domain itself only and not for those below (`t=s`).
    package let isStrict: Bool

    /// The most octets of a record: ten times one with an 8,192-bit key.
    package static let maximumLength = TagList.maximumLength

    /// Reads a record for a signature's algorithm.
    ///
    /// - Throws: ``Rejection`` if it is malformed, revoked, or for something else.
    package init(_ octets: [UInt8], for algorithm: SignatureAlgorithm) throws(Rejection) {
        let tags: TagList
        do throws(Rejection) { tags = try TagList(octets) } catch {
            throw Rejection(.permerror, "key record: \(error.reason)")
        }
        if let version = tags["v"] {
            guard tags.tags.first?.name == version.name, tags.text("v") == "DKIM1" else {
                throw Rejection(.permerror, "key record does not begin with v=DKIM1")
            }
        }
        guard tags.text("k")?.lowercased() ?? "rsa" == algorithm.keyType else {
            throw Rejection(.permerror, "key is of another type than the signature")
        }
        if let hashes = tags.list("h"), !hashes.contains("sha256") {
            throw Rejection(.permerror, "key is not for SHA-256")
        }
        if let services = tags.list("s"), !services.contains("*"), !services.contains("email") {
            throw Rejection(.permerror, "key is not for e-mail")
        }
        guard let value = tags.compactText("p") else { throw Rejection(.permerror, "key record has no key") }
        guard !value.isEmpty else { throw Rejection(.permerror, "key is revoked") }
        guard let decoded = Base64.decode(value.utf8) else { throw Rejection(.permerror, "key is not base64") }
        key = try PublicKey(decoded, algorithm: algorithm)
        bits = key.bits
        let flags = tags.list("t") ?? []
        isTesting = flags.contains("y")
        isStrict = flags.contains("s")
    }
}
