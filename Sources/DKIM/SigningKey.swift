import Crypto
import CryptoExtras

/// A private key that signs mail.
package struct SigningKey: Sendable {
    private enum Kind {
        case rsa(_RSA.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    private let kind: Kind

    /// Reads a PEM text: an RSA key (PKCS#1 or PKCS#8) of at least 1,024 bits, or an Ed25519 key (PKCS#8).
    ///
    /// - Throws: ``SigningKeyError``.
    package init(pem: String) throws(SigningKeyError) {
        guard pem.contains("-----BEGIN") else { throw SigningKeyError.notPEM }
        do {
            kind = .ed25519(try Curve25519.Signing.PrivateKey(pemRepresentation: pem))
            return
        } catch {
            // Not an Ed25519 key; what is no RSA key either is told below.
        }
        do {
            let key = try _RSA.Signing.PrivateKey(unsafePEMRepresentation: pem)
            guard key.keySizeInBits <= PublicKey.maximumBits else { throw SigningKeyError.wrongSize }
            kind = .rsa(key)
        } catch CryptoKitError.incorrectParameterSize {
            throw .wrongSize
        } catch let error as SigningKeyError {
            throw error
        } catch {
            throw .unreadable
        }
    }

    /// The algorithm of its signatures.
    package var algorithm: SignatureAlgorithm {
        switch kind {
        case .rsa: .rsaSHA256
        case .ed25519: .ed25519SHA256
        }
    }

    /// The text of the DNS record under which others find its public half (RFC 6376, section 3.6.1; RFC 8463).
    package var record: String {
        let key: [UInt8]
        switch kind {
        case .rsa(let secret): key = Array(secret.publicKey.derRepresentation)
        case .ed25519(let secret): key = Array(secret.publicKey.rawRepresentation)
        }
        return "v=DKIM1; k=\(algorithm.keyType); p=\(Base64.encode(key))"
    }

    /// A signature over the SHA-256 of some octets; about 1 ms for an RSA key of 2,048 bits.
    package func signature(over octets: [UInt8]) throws -> [UInt8] {
        let digest = SHA256.hash(data: octets)
        switch kind {
        case .rsa(let key): return Array(try key.signature(for: digest, padding: .insecurePKCS1v1_5).rawRepresentation)
        case .ed25519(let key): return Array(try key.signature(for: Array(digest)))
        }
    }
}
