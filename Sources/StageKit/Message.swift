public import Addressing
public import Bytes
public import SMTP

/// One message on its way through a pipeline, from the connection that brings it to its mailboxes.
///
/// In the early phases of the session it is still growing: at `connect` it has a client, at `mail` a reverse-path too,
/// from `message` on everything.
public struct Message: Sendable {
    /// The number it has from the beginning; trace, log and store use it.
    public let id: MessageID
    /// When its connection or transaction began.
    public let received: Timestamp
    /// Who brings it.
    public var client: Client {
        @inlinable get { origin.client }
        set { origin = Origin(newValue, origin.reversePath, text: origin.senderText, origin.parameters) }
    }
    /// Where reports about it go.
    public var reversePath: ReversePath {
        @inlinable get { origin.reversePath }
        set { origin = Origin(origin.client, newValue, text: newValue.addressText, origin.parameters) }
    }
    /// What the client asked for about the whole message.
    public var parameters: MailParameters {
        @inlinable get { origin.parameters }
        set { origin = Origin(origin.client, origin.reversePath, text: origin.senderText, newValue) }
    }
    /// Who gets it: in the session those accepted so far, after the durable line those whose delivery needs the step.
    public var recipients: [Recipient] = []
    /// What is known about it.
    public var facts = Facts()
    /// The fields that the server puts before the message (RFC 5321, section 4.4), each with its line end.
    public var trace: [String] = []
    /// The message as it was accepted, octet for octet; empty before `message`.
    ///
    /// Only a ``RewritingStage`` may give it another one, by ``with(content:)``.
    public let content: Octets
    var parse: SharedParse?
    @usableFromInline var origin: Origin

    /// A message without content.
    public init(id: MessageID, received: Timestamp, client: Client) {
        self.init(id: id, received: received, client: client, content: Self.noContent)
    }

    /// A message with content.
    public init(id: MessageID, received: Timestamp, client: Client, content: Octets) {
        self.init(id: id, received: received, Origin(client, .null, text: "", MailParameters()), content: content)
    }

    private init(id: MessageID, received: Timestamp, _ origin: Origin, content: Octets) {
        self.id = id
        self.received = received
        self.origin = origin
        self.content = content
    }

    /// The same message with another content, which nobody has parsed yet.
    public func with(content: Octets) -> Message {
        var message = Message(id: id, received: received, origin, content: content)
        message.recipients = recipients
        message.facts = facts
        message.facts.derived = facts.derived?.with(content: content)
        message.trace = trace
        return message
    }

    /// The address of the reverse-path, or nothing for the null path; written once for all who ask.
    package var senderText: String { origin.senderText }

    private static let noContent = Octets([])

    /// What the client said at the beginning: never changed but replaced, so that a copy of the message shares it.
    @usableFromInline final class Origin: Sendable {
        @usableFromInline let client: Client
        @usableFromInline let reversePath: ReversePath
        @usableFromInline let parameters: MailParameters
        let senderText: String

        init(_ client: Client, _ reversePath: ReversePath, text: String, _ parameters: MailParameters) {
            self.client = client
            self.reversePath = reversePath
            self.parameters = parameters
            senderText = text
        }
    }
}
