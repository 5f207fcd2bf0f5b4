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

    /// Recognises a field's name: its length and one or two letters leave one candidate.
    init(_ name: UnsafeRawBufferPointer) {
        let candidate: KnownField =
            switch name.count {
            case 2: name[0] | 0x20 == 0x74 ? .to : .cc
            case 3: .bcc
            case 4: name[0] | 0x20 == 0x66 ? .from : .date
            case 6: .sender
            case 7: .subject
            case 8: name[2] | 0x20 == 0x70 ? .replyTo : .received
            case 10: Self.ofTenLetters(name[0] | 0x20)
            case 11: name[0] | 0x20 == 0x69 ? .inReplyTo : .returnPath
            case 12: name[0] | 0x20 == 0x63 ? .contentType : .mimeVersion
            case 19: name[9] | 0x20 == 0x69 ? .contentDisposition : .contentDescription
            case 25: .contentTransferEncoding
            default: .other
            }
        self = candidate != .other && name.isFieldName(candidate.name) ? candidate : .other
    }

    private static func ofTenLetters(_ first: UInt8) -> KnownField {
        switch first {
        case 0x6D: .messageID
        case 0x72: .references
        default: .contentID
        }
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
}

extension UnsafeRawBufferPointer {
    /// Whether a field's name is this one, which is in lower case; both are printable ASCII without colons.
    ///
    /// Among those, only a letter becomes this letter, and only a hyphen this hyphen, when bit 5 is set.
    fileprivate func isFieldName(_ name: StaticString) -> Bool {
        guard name.utf8CodeUnitCount == count else { return false }
        let wanted = UnsafeRawPointer(name.utf8Start)
        guard count >= 8 else {
            for offset in 0..<count where self[offset] | 0x20 != wanted.load(fromByteOffset: offset, as: UInt8.self) {
                return false
            }
            return true
        }
        func differs(at offset: Int) -> Bool {
            loadUnaligned(fromByteOffset: offset, as: UInt64.self) | 0x2020_2020_2020_2020
                != wanted.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        }
        for offset in stride(from: 0, to: count - 8, by: 8) where differs(at: offset) { return false }
        return !differs(at: count - 8)
    }
}
