public import Bytes

/// One field of a header: where it stands, and what it says.
public struct HeaderField: Sendable {
    /// What the ranges count in: the message, or the decoded container that holds the field.
    public let octets: Octets
    let record: FieldRecord

    /// The name as it is written.
    public var name: String {
        octets.withUnsafeBytes(in: record.name) { String(decoding: $0, as: UTF8.self) }
    }

    /// The name in lower case.
    public var lowercaseName: String {
        octets.withUnsafeBytes(in: record.name) { name in
            String(unsafeUninitializedCapacity: name.count) { lowered in
                for (index, octet) in name.enumerated() { lowered[index] = ASCII.lowercased(octet) }
                return name.count
            }
        }
    }

    /// The whole field with its line end, in octets.
    public var range: Range<Int> { record.name.lowerBound..<record.end }

    /// The value from behind the colon to its line end, folds included, in octets.
    public var valueRange: Range<Int> { record.value }

    /// The value's octets as they stand, folds included.
    public func raw() -> [UInt8] { octets.array(record.value) }

    /// The value as people read it: unfolded, encoded words decoded, other octets as UTF-8 or else Windows-1252.
    public var value: String { withValue(FieldText.decode) }

    /// The value as mailboxes, where it is a list of addresses; groups are flattened (RFC 5322, section 3.4).
    public var addresses: [MailAddress] { withValue(AddressParser.addresses) }

    /// The value as mailboxes in their groups, where it is a list of addresses (RFC 5322, section 3.4).
    public var addressGroups: [AddressGroup] { withValue(AddressParser.groups) }

    /// The value as a moment, where it is a date.
    public var date: Timestamp? { withValue(DateParser.date) }

    /// The message ids in the value, without angle brackets (RFC 5322, section 3.6.4).
    public var messageIDs: [String] { withValue(MessageIDParser.ids) }

    func withValue<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        octets.withUnsafeBytes(in: record.value, body)
    }
}
