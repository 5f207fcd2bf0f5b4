/// What becomes of a CR without LF, or an LF without CR, in the data of a message.
///
/// Neither ever ends a line or the data: a server that reads one where the sender's server did not lets a stranger
/// smuggle a second message into the first (RFC 5321, section 2.3.8).
package enum BareNewlines: String, Sendable, CaseIterable {
    /// Each becomes CRLF in what is stored.
    case normalise
    /// The message is refused after the end of its data.
    case refuse
}
