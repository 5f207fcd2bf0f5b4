/// Why a text is no key to sign with.
package enum SigningKeyError: Error, Sendable, CustomStringConvertible {
    /// It has no PEM frame.
    case notPEM
    /// It has a frame, but holds no key of a kind that we know.
    case unreadable
    /// It is an RSA key that nobody would accept (RFC 8301, section 3.2).
    case wrongSize

    /// What is wrong and what would be right; nothing of the key.
    package var description: String {
        switch self {
        case .notPEM: "must be a private key in PEM, which begins with -----BEGIN"
        case .unreadable: "must be an RSA key (PKCS#1 or PKCS#8) or an Ed25519 key (PKCS#8) without a passphrase"
        case .wrongSize: "must be an RSA key of 1024 to 8192 bits, better 2048"
        }
    }
}
