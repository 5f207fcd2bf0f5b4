/// The twelve octets at the head of a DNS message (RFC 1035, section 4.1.1).
package struct DNSHeader: Sendable, Equatable {
    /// How many octets it has.
    static let length = 12

    /// The number that pairs a response with its query.
    package let id: UInt16
    private let flags: UInt16
    /// How many questions follow.
    package let questions: UInt16
    /// How many answer records follow.
    package let answers: UInt16
    /// How many authority records follow.
    package let authorities: UInt16
    /// How many additional records follow.
    package let additionals: UInt16

    /// Reads a header.
    package init(_ reader: inout DNSReader) throws(DNSReader.Malformation) {
        id = try reader.readUInt16()
        flags = try reader.readUInt16()
        questions = try reader.readUInt16()
        answers = try reader.readUInt16()
        authorities = try reader.readUInt16()
        additionals = try reader.readUInt16()
    }

    /// Whether the message is a response.
    package var isResponse: Bool { flags & 0x8000 != 0 }
    /// Whether the message was cut to fit a datagram.
    package var isTruncated: Bool { flags & 0x0200 != 0 }
    /// The kind of query; 0 is a plain one.
    package var operation: UInt16 { flags >> 11 & 15 }
    /// The result: 0 good, 2 server failure, 3 no such name.
    package var responseCode: UInt16 { flags & 15 }
    /// The result where the server does not answer the question.
    var failure: Failure? { responseCode == 0 || responseCode == 3 ? nil : Failure(rawValue: responseCode) }

    /// A result that is no answer to the question.
    struct Failure: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
        /// The code.
        let rawValue: UInt16

        /// The word for the code that operators know, or its number.
        var description: String {
            switch rawValue {
            case 1: "FORMERR"
            case 2: "SERVFAIL"
            case 4: "NOTIMP"
            case 5: "REFUSED"
            default: "code \(rawValue)"
            }
        }
    }
}
