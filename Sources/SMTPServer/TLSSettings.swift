package import StageKit

/// How a server encrypts connections.
package struct TLSSettings: Sendable {
    /// The certificates; the first is for clients that name no server, or one that no certificate is for.
    package var certificates: [CertificateFiles]
    /// Where connections are encrypted from their first octet on (RFC 8314, section 3).
    package var listeners: [ListenerAddress] = []
    /// The oldest version that is spoken.
    package var minimum = MinimumVersion.tls12

    /// A version of TLS.
    package enum MinimumVersion: String, Sendable, Hashable, CaseIterable {
        /// TLS 1.2 (RFC 5246).
        case tls12 = "1.2"
        /// TLS 1.3 (RFC 8446).
        case tls13 = "1.3"
    }

    /// Settings with these certificates.
    package init(certificates: [CertificateFiles]) {
        self.certificates = certificates
    }
}

/// A certificate's two files.
package struct CertificateFiles: Sendable, Hashable {
    /// The certificate and those that lead to its authority, in PEM.
    package var certificate: String
    /// The private key, in PEM.
    package var key: String

    /// The files at these paths.
    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}
