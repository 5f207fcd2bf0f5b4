/// Writes the parts of a DNS message (RFC 1035, section 4), without name compression.
package struct DNSWriter {
    /// What has been written so far.
    package private(set) var octets: [UInt8] = []

    /// Starts with nothing.
    package init() {}

    /// Appends one octet.
    package mutating func write(_ value: UInt8) { octets.append(value) }

    /// Appends two octets, most significant first.
    package mutating func write(_ value: UInt16) {
        octets.append(UInt8(value >> 8))
        octets.append(UInt8(value & 0xFF))
    }

    /// Appends four octets, most significant first.
    package mutating func write(_ value: UInt32) {
        write(UInt16(value >> 16))
        write(UInt16(value & 0xFFFF))
    }

    /// Appends octets as they are.
    package mutating func write(_ bytes: some Sequence<UInt8>) { octets.append(contentsOf: bytes) }

    /// Appends a name as labels with their lengths; labels of more than 63 octets are cut.
    package mutating func write(name: String) {
        for label in name.utf8.split(separator: UInt8(ascii: ".")) {
            let label = label.prefix(DomainName.maximumLabelLength)
            octets.append(UInt8(label.count))
            octets.append(contentsOf: label)
        }
        octets.append(0)
    }

    /// Appends what `body` writes, after its length in two octets.
    package mutating func writeCounted(_ body: (inout DNSWriter) -> Void) {
        var inner = DNSWriter()
        body(&inner)
        write(UInt16(truncatingIfNeeded: inner.octets.count))
        write(inner.octets)
    }
}
