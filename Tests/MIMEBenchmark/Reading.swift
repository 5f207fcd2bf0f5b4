import Bytes
import MIME

/// How much of a mail is read.
enum Reading: String {
    /// Structure, all header fields decoded, addresses and date, all texts in UTF-8, all other leaves decoded.
    case full
    /// What `parse-mime` asks for: files, names, types, defects, and the fields of the header.
    case facts
    /// Structure alone.
    case structure
    /// The header alone, cut off the mail beforehand by nobody: the parser finds its end.
    case header
    /// Leaves in base64 alone, decoded.
    case base64
    /// Everything that can be asked of a message, for measures of what hostile mail costs.
    case everything

    func read(_ mail: Octets, _ work: inout Work) {
        switch self {
        case .full: Self.readAll(mail, &work)
        case .facts: Self.readFacts(mail, &work)
        case .structure: work.files += ParsedMessage(parsing: mail).parts.count
        case .header: Self.readHeader(mail, &work)
        case .base64: Self.decode(mail, &work)
        case .everything:
            Self.readAll(mail, &work)
            Self.readFacts(mail, &work)
            Self.readViews(mail, &work)
        }
    }

    private static func readAll(_ mail: Octets, _ work: inout Work) {
        let message = ParsedMessage(parsing: mail)
        for list in [message.from, message.sender, message.replyTo, message.to, message.cc, message.bcc] {
            work.addresses += list.count
        }
        _ = (message.date, message.messageID)
        for part in message.parts {
            for field in part.header.fields {
                work.fields += 1
                work.fieldOctets += field.value.utf8.count
            }
            readBody(of: part, &work)
        }
    }

    private static func readBody(of part: Part, _ work: inout Work) {
        guard part.children.isEmpty, !part.isMultipart else { return }
        if part.mediaType.type == "text" {
            work.texts += 1
            work.textOctets += part.decodedText().utf8.count
        } else {
            work.files += 1
            work.fileOctets += part.decoded().count
        }
    }

    private static func readFacts(_ mail: Octets, _ work: inout Work) {
        let message = ParsedMessage(parsing: mail)
        work.files += message.files.count + message.filenames.count
        work.texts += message.html == nil ? 0 : 1
        work.fields += message.defects.count + Set(message.parts.map(\.mediaType.essence)).count
        for list in [message.from, message.sender, message.replyTo, message.to, message.cc] {
            work.addresses += list.count
        }
        work.fieldOctets += (message.subject ?? "").utf8.count + message.references.count
    }

    private static func readViews(_ mail: Octets, _ work: inout Work) {
        let message = ParsedMessage(parsing: mail)
        work.textOctets += message.text.utf8.count + HTMLText.text(fromHTML: message.html ?? "").utf8.count
        work.files += message.attachments.count + (message.report == nil ? 0 : 1)
        work.fields += message.mailingList == nil ? 0 : 1
        for field in message.header.fields {
            work.addresses += field.addressGroups.count + field.messageIDs.count + (field.date == nil ? 0 : 1)
        }
    }

    private static func readHeader(_ mail: Octets, _ work: inout Work) {
        let fields = Header(ofMessage: mail).fields
        work.fields += fields.count
        work.fieldOctets += fields.last?.range.upperBound ?? 0
    }

    private static func decode(_ mail: Octets, _ work: inout Work) {
        for part in ParsedMessage(parsing: mail).parts where part.transferEncoding == .base64 {
            work.files += 1
            work.fileOctets += part.decoded().count
        }
    }
}
