/// The facts that the engine itself provides for every message.
public enum CoreFacts {
    /// The client's address.
    public static let clientAddress = Fact<String>("client.address", "The IP address the message comes from.")
    /// Whether the client could not wait.
    public static let clientEarlyTalker = Fact<Bool>(
        "client.early-talker", "Whether the client talked before it was greeted; needs greeting-delay.")
    /// Whether the connection is encrypted.
    public static let clientTLS = Fact<Bool>("client.tls", "Whether the connection is encrypted.")
    /// The version of TLS.
    public static let clientTLSVersion = Fact<String>(
        "client.tls-version", "The version of TLS, such as TLSv1.3; empty without TLS.")
    /// The cipher suite.
    public static let clientTLSCipher = Fact<String>(
        "client.tls-cipher", "The cipher suite, such as TLS_AES_128_GCM_SHA256; empty without TLS.")
    /// The protocol.
    public static let clientProtocol = Fact<String>(
        "client.protocol", "The protocol as the Received field names it, such as ESMTPS.")
    /// The authenticated user.
    public static let clientUser = Fact<String>("client.user", "Who the client has shown to be; empty if nobody.")
    /// The HELO name.
    public static let clientHelo = Fact<String>("client.helo", "The name the client gave with HELO or EHLO.")
    /// The reverse-path.
    public static let sender = Fact<String>("envelope.sender", "The reverse-path; empty for the null path.")
    /// The number of recipients.
    public static let recipients = Fact<Int>("envelope.recipients", "How many recipients the message has.")
    /// The size of the message.
    public static let size = Fact<Int>("message.size", "The size of the message in octets.")
    /// Whether the message belongs into the junk mailbox.
    public static let junk = Fact<Bool>("junk", "Whether the message goes to the Junk mailbox; set by `decide`.")

    /// Those known from `connect` on, those from `mail` on, and those from `message` on.
    public static func declarations(from phase: SessionPhase) -> [FactDeclaration] {
        let early = [clientAddress.declaration, clientEarlyTalker.declaration]
        let envelope = [
            clientHelo.declaration, clientTLS.declaration, clientTLSVersion.declaration, clientTLSCipher.declaration,
            clientProtocol.declaration, clientUser.declaration, sender.declaration,
        ]
        switch phase {
        case .connect: return early
        case .mail, .recipient: return early + envelope
        case .message: return early + envelope + [recipients.declaration, size.declaration]
        }
    }
}
