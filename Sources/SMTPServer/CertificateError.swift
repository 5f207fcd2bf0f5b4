/// Why a certificate cannot be used.
package enum CertificateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A file that cannot be read.
    case unreadable(path: String, reason: String)
    /// A file without a certificate in PEM.
    case noCertificate(path: String)
    /// A file without a private key in PEM.
    case noKey(path: String)
    /// The key does not belong to the certificate.
    case mismatch(CertificateFiles)

    /// What is wrong, where, and what would be right.
    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read \(path): \(reason)"
        case .noCertificate(let path): "\(path) has no certificate; it must have one in PEM, followed by its issuers"
        case .noKey(let path): "\(path) has no private key; it must have one in PEM without a passphrase"
        case .mismatch(let files):
            "the key \(files.key) does not belong to the certificate \(files.certificate); give the two that do"
        }
    }
}
