import Addressing
public import Bytes
public import SMTP

/// A component that stands under `receive:` and turns a protocol into calls of the session phases.
public protocol Receiver: Component {
    /// Where it listens, known before anything is opened, so that two receivers of one address are found by the check.
    var listeners: [ListenerAddress] { get }

    /// What is wrong with its settings where no message larger than this can be kept; `nil` if nothing is.
    func objection(to capacity: ByteCount) -> ConfigurationError?

    /// Lets mail in through the pipeline's entrance until the task is cancelled or ``Component/stop()`` is called.
    ///
    /// - Throws: Any error; the server ends then.
    func receive(through entrance: any Entrance) async throws

    /// Lets nobody new in, because another version of the pipeline takes over, and returns at once.
    ///
    /// ``receive(through:)`` returns when the last session has ended by itself, or at ``Component/stop()``. A listener
    /// whose address the new version has, too, is shared with it, so that no connection is refused or lost.
    func retire() async
}

extension Receiver {
    /// Nothing, which is right for a receiver that promises no size.
    public func objection(to capacity: ByteCount) -> ConfigurationError? { nil }

    /// Stops, which is right for a receiver without sessions.
    public func retire() async { await stop() }
}

/// An address a receiver listens on.
public struct ListenerAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 or IPv6 address, without brackets.
    public let host: String
    /// The TCP port; 0 lets the system choose, which is good for tests.
    public let port: Int

    /// The address of a host and a port.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `127.0.0.1:2525`, `[::1]:2525` or `localhost:2525`; `nil` if it is none.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        // A name may have several addresses, and other ones tomorrow.
        guard host == "localhost" || AddressLiteral(address: host) != nil else { return nil }
        self.init(host: String(host), port: port)
    }

    /// The form of pipeline files.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A pipeline as its receiver sees it: the phases of the session, then the durable line.
///
/// Every call fails closed: a stage that throws or hangs is a refusal with 4yz. The phases before the data begin on the
/// caller's thread; where no step has to wait, they are over when the call returns.
public protocol Entrance: Sendable {
    /// The phases that have steps; a receiver need not wait for the others.
    var phases: Set<SessionPhase> { get }

    /// The largest message that the queue takes, in octets; a receiver may announce less.
    var messageLimit: Int { get }

    /// A new message, numbered and dated now, from a client.
    func makeMessage(from client: Client) -> Message

    /// Runs `session: connect:`.
    func connect(_ message: Message) -> Eventual<PhaseOutcome>

    /// Runs `session: mail:`.
    func mail(_ message: Message) -> Eventual<PhaseOutcome>

    /// Runs `session: recipient:` for a recipient, who is added to the message if the result allows it.
    func recipient(_ recipient: Recipient, of message: Message) -> Eventual<PhaseOutcome>

    /// Begins to take in the content of a message that is too large to be kept in memory; waits for nothing.
    func takeIn(_ message: Message) -> any ContentIntake

    /// Runs `session: message:` and, if nobody objects, commits the message to the queue.
    func accept(_ message: Message) async -> Acceptance
}

/// The phases of a session, in their order.
public enum SessionPhase: String, Sendable, CaseIterable {
    /// Before the greeting.
    case connect
    /// At MAIL FROM.
    case mail
    /// At each RCPT TO.
    case recipient
    /// After the end of the data.
    case message
}

/// What a phase before the data came to.
public struct PhaseOutcome: Sendable {
    /// The message, with what has been found out.
    public var message: Message
    /// Whether the session may go on.
    public var result: PhaseResult

    /// An outcome of these parts.
    public init(_ message: Message, _ result: PhaseResult) {
        self.message = message
        self.result = result
    }
}

/// Whether a session may go on.
public enum PhaseResult: Sendable, Equatable {
    /// It may.
    case proceed
    /// It may not, and this is the reply (4yz or 5yz).
    case refuse(Reply)
}

/// What became of a whole message.
public enum Acceptance: Sendable, Equatable {
    /// It is on disk; the receiver may say 250.
    case accepted(DurableReceipt)
    /// It is not ours, and this is the reply (4yz or 5yz).
    case refused(Reply)
    /// What became of it for each recipient, in their order; only for a client whose protocol has a reply for each.
    case perRecipient([RecipientAcceptance])
}

/// What became of a message for one of its recipients.
public enum RecipientAcceptance: Sendable, Equatable {
    /// It is on disk for this one.
    case accepted(DurableReceipt)
    /// It is not ours to deliver to this one, and this is the reply (4yz or 5yz).
    case refused(Reply)
}
