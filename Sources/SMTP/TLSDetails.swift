/// How a connection is encrypted.
public struct TLSDetails: Sendable, Hashable, Codable {
    /// The version, such as `TLSv1.3`.
    public var version: String
    /// The cipher suite by its registered name, such as `TLS_AES_128_GCM_SHA256`.
    public var cipher: String

    /// These details.
    public init(version: String, cipher: String) {
        self.version = version
        self.cipher = cipher
    }
}
