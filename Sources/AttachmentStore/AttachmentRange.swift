/// Where an attachment's body stands in a message, and how it is encoded there.
package struct AttachmentRange: Sendable, Hashable {
    /// How the body is encoded in the message (RFC 2045, section 6).
    package enum Encoding: Sendable, Hashable {
        /// As base64; the decoded content is stored, if encoding it again gives the same octets.
        case base64
        /// Anything else (7bit, 8bit, binary, quoted-printable, unknown); the octets are stored as they are.
        case identity
    }

    /// The encoded body, in octets of the message.
    package var body: Range<Int>
    /// The content transfer encoding.
    package var encoding: Encoding

    /// A body and its encoding.
    package init(body: Range<Int>, encoding: Encoding) {
        self.body = body
        self.encoding = encoding
    }
}
