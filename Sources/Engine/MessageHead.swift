import Addressing
import Bytes
import StageKit

/// What the queue keeps of a message beside its content: envelope, facts and trace fields.
///
/// On disk; never renumber. A version octet, then (counts are LEB128, texts have their length before them):
/// client address, port, HELO name, transport · reverse-path (0, or 1 and two texts) · recipients (count; each local
/// part, domain, facts) · facts · trace fields (count; each a text). Facts are a count, then name, type octet, value.
/// Version 2 has behind it: TLS version and cipher · user · the parameters of MAIL · those of each recipient.
enum MessageHead {
    static let version: UInt8 = 2
    /// What was written before parameters were kept; still read.
    private static let versionWithoutParameters: UInt8 = 1

    /// What the head of a usual message takes: some forty facts.
    private static let usualSize = 2_048

    /// The head of a message.
    static func encode(_ message: Message) -> [UInt8] {
        var writer = OctetWriter()
        writer.reserve(usualSize)
        writer.append(version)
        writer.append(message.client.address)
        writer.append(count: message.client.port)
        writer.append(message.client.helo)
        writer.append(message.client.transport)
        switch message.reversePath {
        case .null: writer.append(UInt8(0))
        case .address(let address):
            writer.append(UInt8(1))
            append(address, to: &writer)
        }
        writer.append(count: message.recipients.count)
        for recipient in message.recipients {
            append(recipient.address, to: &writer)
            FactCoding.append(recipient.facts, to: &writer)
        }
        FactCoding.append(message.facts, to: &writer)
        writer.append(count: message.trace.count)
        for field in message.trace { writer.append(field) }
        appendParameters(of: message, to: &writer)
        return writer.bytes
    }

    /// The message of a head; recipients are numbered in their order.
    ///
    /// - Throws: ``MalformedRecord`` if the head is none.
    static func decode(
        _ head: [UInt8], id: MessageID, received: Timestamp, content: Octets
    ) throws(MalformedRecord) -> Message {
        let head = Octets(head)
        return try head.withUnsafeBytes { bytes throws(MalformedRecord) in
            var reader = OctetReader(bytes)
            let version = try reader.byte()
            guard version == Self.version || version == versionWithoutParameters else { throw MalformedRecord() }
            let client = Client(
                address: try reader.text(), port: try reader.count(), helo: try reader.text(),
                transport: try reader.text())
            var message = Message(id: id, received: received, client: client, content: content)
            if try reader.byte() == 1 { message.reversePath = .address(try address(from: &reader)) }
            for index in 0..<(try reader.countOfItems()) {
                var recipient = Recipient(try address(from: &reader), index: index)
                recipient.facts = try FactCoding.facts(from: &reader)
                message.recipients.append(recipient)
            }
            message.facts = try FactCoding.facts(from: &reader)
            for _ in 0..<(try reader.countOfItems()) { message.trace.append(try reader.text()) }
            if version == Self.version { try readParameters(into: &message, from: &reader) }
            return message
        }
    }

    private static func append(_ address: EmailAddress, to writer: inout OctetWriter) {
        writer.append(address.localPart)
        writer.append(address.domain)
    }

    private static func address(from reader: inout OctetReader) throws(MalformedRecord) -> EmailAddress {
        EmailAddress(localPart: try reader.text(), domain: try reader.text())
    }
}
