package import Addressing

/// What a load balancer says about the client before the client's first octet: PROXY protocol, versions 1 and 2.
package enum ProxyHeader: Sendable, Equatable {
    /// More octets are needed.
    case incomplete
    /// It is no such header.
    case malformed
    /// It has so many octets, and this is whom it names; `nil` if the connection is the balancer's own.
    case whole(length: Int, Source?)

    /// Whom a header names.
    package struct Source: Sendable, Equatable {
        /// The client's address.
        package let address: AddressLiteral
        /// The client's port.
        package let port: Int

        /// An address and a port.
        package init(address: AddressLiteral, port: Int) {
            self.address = address
            self.port = port
        }
    }

    /// The longest line of version 1, with its line end.
    private static let longestLine = 107
    /// Version 2 may carry certificates and names that nobody reads here; no balancer sends more.
    private static let longestBinary = 4_096

    /// Reads the beginning of a connection.
    package init(_ input: UnsafeRawBufferPointer) {
        let compared = min(input.count, Self.signature.count)
        if input.prefix(compared).elementsEqual(Self.signature.prefix(compared)) {
            self = compared < Self.signature.count ? .incomplete : Self.binary(input)
        } else {
            self = Self.line(input)
        }
    }

    private static func line(_ input: UnsafeRawBufferPointer) -> ProxyHeader {
        let word = "PROXY ".utf8
        guard zip(input, word).allSatisfy({ $0 == $1 }) else { return .malformed }
        let feed = input.firstIndex(of: 0x0A, from: 0)
        guard feed < input.count else { return input.count < longestLine ? .incomplete : .malformed }
        guard feed < longestLine, feed > word.count, input[feed - 1] == 0x0D else { return .malformed }
        let text = String(decoding: input[word.count..<(feed - 1)], as: UTF8.self)
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        if words.first == "UNKNOWN" { return .whole(length: feed + 1, nil) }
        guard words.count == 5, let address = AddressLiteral(address: words[1]),
            let target = AddressLiteral(address: words[2]), let port = Self.port(words[3]), Self.port(words[4]) != nil,
            words[0] == (address.family == .ipv4 ? "TCP4" : "TCP6"), target.family == address.family
        else { return .malformed }
        return .whole(length: feed + 1, Source(address: address.unmapped, port: port))
    }

    private static func port(_ text: Substring) -> Int? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(text), port <= 65_535
        else { return nil }
        return port
    }

    private static func binary(_ input: UnsafeRawBufferPointer) -> ProxyHeader {
        guard input.count >= 16 else { return .incomplete }
        let length = 16 + (Int(input[14]) << 8 | Int(input[15]))
        guard input[12] == 0x20 || input[12] == 0x21, length <= longestBinary else { return .malformed }
        guard input.count >= length else { return .incomplete }
        // A connection of the balancer's own, or one of a kind that has no address.
        if input[12] == 0x20 || input[13] == 0x00 { return .whole(length: length, nil) }
        let size: Int
        switch input[13] {
        case 0x11: size = 4
        case 0x21: size = 16
        default: return .malformed
        }
        guard length >= 16 + 2 * size + 4, let address = AddressLiteral(octets: input[16..<(16 + size)]) else {
            return .malformed
        }
        let place = 16 + 2 * size
        let port = Int(input[place]) << 8 | Int(input[place + 1])
        return .whole(length: length, Source(address: address.unmapped, port: port))
    }

    private static let signature: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A,
    ]
}
