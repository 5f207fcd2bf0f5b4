/// The extensions whose offer depends on the server's settings and on the connection.
struct ExtensionSet: OptionSet, Sendable {
    let rawValue: Int

    /// STARTTLS (RFC 3207): before TLS, where there is a certificate.
    static let startTLS = ExtensionSet(rawValue: 1 << 0)
    /// REQUIRETLS (RFC 8689): under TLS.
    static let requireTLS = ExtensionSet(rawValue: 1 << 1)
    /// AUTH (RFC 4954): under TLS, where somebody can tell who is who.
    static let auth = ExtensionSet(rawValue: 1 << 2)
    /// DSN (RFC 3461): where the pipeline sends reports.
    static let dsn = ExtensionSet(rawValue: 1 << 3)
    /// XCLIENT: for clients that speak for others.
    static let xclient = ExtensionSet(rawValue: 1 << 4)
}
