/// Reads the parts of a DNS message strictly; nothing is ever read outside of it.
package struct DNSReader {
    /// A place where a message breaks the format.
    package struct Malformation: Error, Equatable {
        /// What is wrong, for the operator.
        package let reason: String
    }

    /// A name of 255 octets has at most 127 labels; more jumps than that are a loop.
    private static let maximumJumps = 127

    private let octets: [UInt8]
    /// Where the next read begins.
    package private(set) var position: Int

    /// Reads `octets` from the start.
    package init(_ octets: [UInt8]) {
        self.octets = octets
        position = 0
    }

    /// Reads one octet.
    package mutating func readUInt8() throws(Malformation) -> UInt8 {
        guard position < octets.count else { throw Malformation(reason: "message ends inside a field") }
        defer { position += 1 }
        return octets[position]
    }

    /// Reads two octets, most significant first.
    package mutating func readUInt16() throws(Malformation) -> UInt16 {
        let high = try readUInt8()
        return UInt16(high) << 8 | UInt16(try readUInt8())
    }

    /// Reads four octets, most significant first.
    package mutating func readUInt32() throws(Malformation) -> UInt32 {
        let high = try readUInt16()
        return UInt32(high) << 16 | UInt32(try readUInt16())
    }

    /// Reads a number of octets.
    package mutating func read(_ count: Int) throws(Malformation) -> ArraySlice<UInt8> {
        guard count >= 0, count <= octets.count - position else {
            throw Malformation(reason: "message ends inside a record")
        }
        defer { position += count }
        return octets[position..<position + count]
    }

    /// Reads a name, following compression pointers (RFC 1035, section 4.1.4) backwards only.
    ///
    /// Octets that text cannot hold are written as `\DDD` (RFC 1035, section 5.1), so such a name equals no other.
    package mutating func readName() throws(Malformation) -> String {
        var text: [UInt8] = []
        var length = 0
        var jumps = 0
        var resume: Int?
        while true {
            let start = position
            let count = Int(try readUInt8())
            switch count >> 6 {
            case 0:
                if count == 0 {
                    if let resume { position = resume }
                    return String(decoding: text, as: UTF8.self)
                }
                length += count + 1
                guard length <= 254 else { throw Malformation(reason: "name is longer than 255 octets") }
                if !text.isEmpty { text.append(UInt8(ascii: ".")) }
                DNSReader.append(try read(count), to: &text)
            case 3:
                let target = (count & 0x3F) << 8 | Int(try readUInt8())
                jumps += 1
                guard target < start, jumps <= DNSReader.maximumJumps else {
                    throw Malformation(reason: "compression pointer does not point backwards")
                }
                if resume == nil { resume = position }
                position = target
            default: throw Malformation(reason: "label of an unknown kind")
            }
        }
    }

    private static func append(_ label: ArraySlice<UInt8>, to text: inout [UInt8]) {
        for octet in label {
            if octet < 0x20 || octet > 0x7E || octet == UInt8(ascii: ".") || octet == UInt8(ascii: "\\") {
                text.append(UInt8(ascii: "\\"))
                for divisor: UInt8 in [100, 10, 1] { text.append(UInt8(ascii: "0") + octet / divisor % 10) }
            } else {
                text.append(octet)
            }
        }
    }
}
