import Bytes

/// What parsing found: offsets only; whatever is asked of a message is decoded from them.
///
/// What every reader of a message asks for is decoded once; it is small beside the message, whose octets the tree holds.
final class ParseTree: Sendable {
    /// The message, then the decoded bodies of encoded containers.
    let sources: [Octets]
    let fields: [FieldRecord]
    let parts: [PartRecord]
    let defects: [Defect]
    let limits: ParsingLimits

    let subject = Once<String?>()
    let from = Once<[MailAddress]>()
    let to = Once<[MailAddress]>()
    let cc = Once<[MailAddress]>()
    let date = Once<Timestamp?>()
    /// The places of the attachments in ``parts``.
    let attachments = Once<[Int]>()

    init(
        sources: [Octets], fields: [FieldRecord], parts: [PartRecord], defects: [Defect], limits: ParsingLimits
    ) {
        self.sources = sources
        self.fields = fields
        self.parts = parts
        self.defects = defects
        self.limits = limits
    }
}

/// Where a header field stands in its source.
struct FieldRecord: Sendable {
    let known: KnownField
    /// Of the name, without blanks before the colon.
    let name: Range<Int>
    /// From behind the colon to the line end that ends the field.
    let value: Range<Int>
    /// After the field's last line end.
    let end: Int
}

/// Where a part stands in its source, and how it is put together.
struct PartRecord: Sendable {
    /// What a part holds.
    enum Content: UInt8, Sendable {
        case leaf, multipart, message, encodedMessage
    }

    /// What ended a part's header.
    enum HeaderEnd: UInt8, Sendable {
        /// The empty line, or the end of the source.
        case regular
        /// Text that is no field.
        case text
        /// A limit of ``ParsingLimits``.
        case limit
    }

    let parent: Int?
    let source: Int
    /// The part's fields, in ``ParseTree/fields``.
    let fields: Range<Int>
    let header: Range<Int>
    let headerEnd: HeaderEnd
    var body: Range<Int>
    let content: Content
    let description: PartDescription
    /// Whether the part has no content type and stands in a digest (RFC 2046, section 5.1.5).
    let isMessageByDefault: Bool
    /// Where the parts after this one and its descendants start, in ``ParseTree/parts``.
    var subtreeEnd: Int
}
