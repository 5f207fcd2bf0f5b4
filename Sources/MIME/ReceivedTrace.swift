public import Bytes

/// What a server wrote down when it took a message (RFC 5321, section 4.4), as far as its field says so.
public struct ReceivedTrace: Sendable, Hashable {
    /// What the client called itself, or its address where nothing else stands there.
    public internal(set) var from: String?
    /// The client's address, as the server saw it, from the comment behind its name; without brackets.
    public internal(set) var address: String?
    /// The server.
    public internal(set) var by: String?
    /// The link, where it was not the Internet's.
    public internal(set) var via: String?
    /// The protocol, in upper case, such as `ESMTPS` (RFC 3848).
    public internal(set) var with: String?
    /// The server's number for the message, without angle brackets.
    public internal(set) var id: String?
    /// A recipient, without angle brackets.
    public internal(set) var `for`: String?
    /// When the message came.
    public internal(set) var date: Timestamp?
}

extension HeaderField {
    /// The value as a trace, where this is a Received field.
    public var trace: ReceivedTrace { withValue(ReceivedParser.trace) }

    /// The value as phrases separated by commas, such as keywords (RFC 5322, section 3.6.5).
    public var phrases: [String] { withValue(PhraseParser.phrases) }
}
