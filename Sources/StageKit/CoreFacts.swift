/// The facts that the engine itself provides for every message.
public enum CoreFacts {
    /// The client's address.
    public static let clientAddress = Fact<String>("client.address", "The IP address the message comes from.")
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
        let early = [clientAddress.declaration]
        switch phase {
        case .connect: return early
        case .mail, .recipient: return early + [clientHelo.declaration, sender.declaration]
        case .message:
            return early + [clientHelo.declaration, sender.declaration, recipients.declaration, size.declaration]
        }
    }
}
