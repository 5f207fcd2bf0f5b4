package import Crypto
package import CryptoExtras

/// A key that tells whether a signature is its owner's.
package enum PublicKey: Sendable {
    /// A key for RSASSA-PKCS1-v1_5.
    case rsa(_RSA.Signing.PublicKey)
    /// A key for Ed25519.
    case ed25519(Curve25519.Signing.PublicKey)

    /// The smallest RSA key that counts (RFC 8301, section 3.2).
    package static let minimumBits = 1_024
    /// The largest RSA key: twice what RFC 8301, section 3.2 asks verifiers to take; one check costs 0.2 ms.
    package static let maximumBits = 8_192
    /// The most octets of a key: more than an 8,192-bit one with its frame has.
    package static let maximumLength = 1_200

    /// Reads the key of a key record.
    ///
    /// - Throws: ``Rejection`` if it is malformed, too weak or too large.
    package init(_ octets: [UInt8], algorithm: SignatureAlgorithm) throws(Rejection) {
        guard octets.count <= Self.maximumLength else {
            throw Rejection(.policy, "key is larger than \(Self.maximumBits) bits")
        }
        switch algorithm {
        case .rsaSHA256: self = .rsa(try Self.readRSA(octets))
        case .ed25519SHA256:
            do {
                self = .ed25519(try Curve25519.Signing.PublicKey(rawRepresentation: octets))
            } catch {
                throw Rejection(.permerror, "key is not an Ed25519 key of 32 octets")
            }
        }
    }

    private static func readRSA(_ octets: [UInt8]) throws(Rejection) -> _RSA.Signing.PublicKey {
        let key: _RSA.Signing.PublicKey
        do {
            // Takes the form of RFC 6376, section 3.6.1 and the bare one of RFC 8017, appendix A.1.1, too.
            key = try _RSA.Signing.PublicKey(unsafeDERRepresentation: octets)
        } catch CryptoKitError.incorrectParameterSize {
            throw Rejection(.policy, "key has fewer than \(minimumBits) bits (RFC 8301)")
        } catch {
            throw Rejection(.permerror, "key is not an RSA key")
        }
        guard key.keySizeInBits <= maximumBits else {
            throw Rejection(.policy, "key is larger than \(maximumBits) bits")
        }
        return key
    }

    /// The key's size in bits.
    package var bits: Int {
        switch self {
        case .rsa(let key): key.keySizeInBits
        case .ed25519: 256
        }
    }

    /// Whether a signature over the SHA-256 of some octets is the key owner's.
    package func isValid(_ signature: [UInt8], over signed: [UInt8]) -> Bool {
        signed.withUnsafeBytes { isValid(signature, over: $0) }
    }

    /// Whether a signature over the SHA-256 of some octets is the key owner's.
    func isValid(_ signature: [UInt8], over signed: UnsafeRawBufferPointer) -> Bool {
        var hash = SHA256()
        hash.update(bufferPointer: signed)
        let digest = hash.finalize()
        switch self {
        case .rsa(let key):
            return key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: .insecurePKCS1v1_5)
        case .ed25519(let key):
            // RFC 8463, section 3: what is signed is the digest.
            return key.isValidSignature(signature, for: Array(digest))
        }
    }
}
