/// The header fields that parsing and views look for, recognised once.
enum KnownField: UInt8, CaseIterable {
    case other, from, sender, replyTo, to, cc, bcc, subject, date, messageID, inReplyTo, references
    case contentType, contentTransferEncoding, contentDisposition, contentID, contentDescription, mimeVersion
    case received, returnPath

    /// Whether a second such field in one header is a defect (RFC 5322, section 3.6; RFC 2045, section 3).
    var isUnique: Bool {
        switch self {
        case .other, .received, .returnPath: false
        default: true
        }
    }

    /// Recognises a field's name.
    init(_ name: UnsafeRawBufferPointer) {
        self = Self.candidate(name.count)?.first { name.equalsIgnoringCase($0.text) }?.field ?? .other
    }

    /// The lower-case name.
    var name: StaticString {
        switch self {
        case .other: ""
        case .from: "from"
        case .sender: "sender"
        case .replyTo: "reply-to"
        case .to: "to"
        case .cc: "cc"
        case .bcc: "bcc"
        case .subject: "subject"
        case .date: "date"
        case .messageID: "message-id"
        case .inReplyTo: "in-reply-to"
        case .references: "references"
        case .contentType: "content-type"
        case .contentTransferEncoding: "content-transfer-encoding"
        case .contentDisposition: "content-disposition"
        case .contentID: "content-id"
        case .contentDescription: "content-description"
        case .mimeVersion: "mime-version"
        case .received: "received"
        case .returnPath: "return-path"
        }
    }

    private typealias Entry = (text: StaticString, field: KnownField)

    private static let byLength: [[Entry]] = {
        var table: [[Entry]] = []
        for field in allCases where field != .other {
            let length = field.name.utf8CodeUnitCount
            while table.count <= length { table.append([]) }
            table[length].append((field.name, field))
        }
        return table
    }()

    private static func candidate(_ length: Int) -> [Entry]? {
        length < byLength.count ? byLength[length] : nil
    }
}
