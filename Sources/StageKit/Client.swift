public import SMTP

/// Who delivers a message to us.
public struct Client: Sendable, Hashable, Codable {
    /// The IPv4 or IPv6 address, without brackets.
    public var address: String
    /// The TCP port.
    public var port: Int
    /// The name given with HELO or EHLO; empty before.
    public var helo: String
    /// The protocol for the `Received:` field, such as `ESMTP` (RFC 3848).
    public var transport: String
    /// How the connection is encrypted; `nil` if it is not.
    public var tls: TLSDetails?
    /// The client's name in the DNS, if a trusted proxy has confirmed it.
    public var name: String?
    /// Whether the client talked before it was greeted.
    public var isEarlyTalker = false
    /// Who the client is, if it has shown that (RFC 4954).
    public var user: String?

    /// A client that has just connected.
    public init(address: String, port: Int, helo: String = "", transport: String = "SMTP") {
        self.address = address
        self.port = port
        self.helo = helo
        self.transport = transport
    }

    /// Whether the protocol has a reply for each recipient behind the data (RFC 2033, section 4.2).
    public var hasReplyPerRecipient: Bool { transport.contains("LMTP") }
}
