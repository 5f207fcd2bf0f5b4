import Bytes
import SMTP
import StageKit

/// What the client asked for, and how it was connected.
///
/// On disk; never renumber. An optional part is an octet, 0 if it is missing, and 1 with the part behind it.
extension MessageHead {
    static func appendParameters(of message: Message, to writer: inout OctetWriter) {
        append(message.client.tls, to: &writer) { writer, tls in
            writer.append(tls.version)
            writer.append(tls.cipher)
        }
        append(message.client.user, to: &writer) { $0.append($1) }
        let mail = message.parameters
        append(mail.size, to: &writer) { $0.append(count: $1) }
        append(mail.body, to: &writer) { $0.append($1.rawValue) }
        writer.append(UInt8(mail.isInternationalized ? 1 : 0))
        writer.append(UInt8(mail.requiresTLS ? 1 : 0))
        append(mail.returnedContent, to: &writer) { $0.append($1.rawValue) }
        append(mail.envelopeID, to: &writer) { $0.append($1) }
        append(mail.submitter, to: &writer) { $0.append($1) }
        for recipient in message.recipients {
            append(recipient.parameters.notifications, to: &writer) { writer, wanted in
                writer.append(count: wanted.count)
                for one in wanted.map(\.rawValue).sorted() { writer.append(one) }
            }
            append(recipient.parameters.originalRecipient, to: &writer) { writer, original in
                writer.append(original.type)
                writer.append(original.address)
            }
        }
    }

    static func readParameters(into message: inout Message, from reader: inout OctetReader) throws(MalformedRecord) {
        if try isPresent(&reader) {
            message.client.tls = TLSDetails(version: try reader.text(), cipher: try reader.text())
        }
        if try isPresent(&reader) { message.client.user = try reader.text() }
        var mail = MailParameters()
        if try isPresent(&reader) { mail.size = try reader.count() }
        if try isPresent(&reader) { mail.body = try known(MailParameters.Body(rawValue: reader.text())) }
        mail.isInternationalized = try isPresent(&reader)
        mail.requiresTLS = try isPresent(&reader)
        if try isPresent(&reader) {
            mail.returnedContent = try known(MailParameters.ReturnedContent(rawValue: reader.text()))
        }
        if try isPresent(&reader) { mail.envelopeID = try reader.text() }
        if try isPresent(&reader) { mail.submitter = try reader.text() }
        message.parameters = mail
        for position in message.recipients.indices {
            message.recipients[position].parameters = try recipientParameters(from: &reader)
        }
    }

    private static func recipientParameters(
        from reader: inout OctetReader
    ) throws(MalformedRecord) -> RecipientParameters {
        var parameters = RecipientParameters()
        if try isPresent(&reader) {
            var wanted: Set<RecipientParameters.Notification> = []
            for _ in 0..<(try reader.countOfItems()) {
                wanted.insert(try known(RecipientParameters.Notification(rawValue: reader.text())))
            }
            parameters.notifications = wanted
        }
        if try isPresent(&reader) {
            parameters.originalRecipient = RecipientParameters.OriginalRecipient(
                type: try reader.text(), address: try reader.text())
        }
        return parameters
    }

    private static func append<Part>(
        _ part: Part?, to writer: inout OctetWriter, _ append: (inout OctetWriter, Part) -> Void
    ) {
        writer.append(UInt8(part == nil ? 0 : 1))
        if let part { append(&writer, part) }
    }

    private static func isPresent(_ reader: inout OctetReader) throws(MalformedRecord) -> Bool {
        switch try reader.byte() {
        case 0: false
        case 1: true
        default: throw MalformedRecord()
        }
    }

    private static func known<Value>(_ value: Value?) throws(MalformedRecord) -> Value {
        guard let value else { throw MalformedRecord() }
        return value
    }
}
