/// One question: a name and a type, class IN.
package struct DNSQuestion: Hashable, Sendable {
    /// The name asked for.
    package let name: DomainName
    /// The type asked for.
    package let type: RecordType

    /// The largest answer that fits one UDP datagram on any path (the value of DNS Flag Day 2020).
    package static let datagramLimit: UInt16 = 1232

    /// Asks for a type at a name.
    package init(_ name: DomainName, _ type: RecordType) {
        self.name = name
        self.type = type
    }

    /// The whole query message, with recursion desired and an EDNS record (RFC 6891) as its last 11 octets.
    package func encoded(id: UInt16) -> [UInt8] {
        var writer = DNSWriter()
        writer.write(id)
        writer.write(UInt16(0x0100))  // recursion desired
        for count: UInt16 in [1, 0, 0, 1] { writer.write(count) }
        writer.write(name: name.text)
        writer.write(type.rawValue)
        writer.write(UInt16(1))  // class IN
        writer.write(UInt8(0))  // the root owns the EDNS record
        writer.write(UInt16(41))
        writer.write(DNSQuestion.datagramLimit)
        writer.write(UInt32(0))
        writer.write(UInt16(0))
        return writer.octets
    }
}
