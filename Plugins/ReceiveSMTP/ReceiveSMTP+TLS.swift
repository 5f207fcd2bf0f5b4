package import SMTP
package import SMTPServer
package import StageKit

extension ReceiveSMTP.Configuration {
    /// The settings under `tls:`.
    package struct TLS: Sendable {
        /// The certificates; none means no encryption.
        package var certificates: [CertificateFiles]
        /// Where connections are encrypted from their first octet on.
        package var listeners: [ListenerAddress]
        /// Whether STARTTLS is offered or required on the other listeners.
        package var startTLS: ServerSession.StartTLS?
        /// The oldest version that is spoken.
        package var minimum: TLSSettings.MinimumVersion

        init(from settings: inout Settings) {
            certificates = settings.takeGroups(
                "certificates",
                "The certificates; a client that names a server gets the one for that name, others the first."
            ) { group in
                let certificate: FilePath = group.take(
                    "certificate",
                    "The file of the certificate and its issuers, in PEM, relative to the directory of this file.")
                let key: FilePath = group.take(
                    "key", "The file of the private key, in PEM, relative to the directory of this file.")
                return CertificateFiles(certificate: certificate.path, key: key.path)
            }
            let listen: [ListenerSetting] = settings.take(
                "listen", default: [],
                "The addresses and ports where TLS begins with the first octet, such as 0.0.0.0:465.")
            listeners = listen.map(\.address)
            startTLS = settings.takeOptional(
                "starttls", implied: .offered,
                "Whether STARTTLS is unavailable, offered or required before mail; without certificates it is unavailable."
            )
            minimum = settings.take("minimum", default: .tls12, "The oldest version of TLS that is spoken.")
        }

        /// What the server is told; `nil` without certificates.
        var server: TLSSettings? {
            guard !certificates.isEmpty else { return nil }
            var server = TLSSettings(certificates: certificates)
            server.listeners = listeners
            server.minimum = minimum
            return server
        }

        func validate() throws(ConfigurationError) {
            guard certificates.isEmpty else { return }
            let needing = listeners.isEmpty ? (startTLS ?? .unavailable) == .unavailable ? nil : "starttls" : "listen"
            guard let needing else { return }
            throw ConfigurationError(
                "is missing; tls.\(needing) needs a certificate and its key", at: "tls.certificates")
        }
    }
}

extension ServerSession.StartTLS: SettingValue {}

extension ServerSession.Dialect: SettingValue {}
extension TLSSettings.MinimumVersion: SettingValue {}
