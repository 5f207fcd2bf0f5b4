import Resolver

/// The values that macros stand for in one check, and the expansion itself (RFC 7208, section 7).
struct MacroExpansion: Sendable {
    /// The most octets that an expansion may have; a name has 255 and an explanation is one reply line or a few.
    static let maximumLength = 16_384

    let identity: Identity
    let receiver: String
    /// Seconds since 1970, for the letter t.
    let time: Int64
    /// The domain whose policy is being evaluated.
    var domain: String
    /// The validated name of the client (RFC 7208, section 7.3), or `unknown`.
    var validatedName: String

    /// Expands a string; longer ones than ``maximumLength`` are cut.
    func expand(_ string: MacroString) -> [UInt8] {
        var result: [UInt8] = []
        for piece in string.pieces where result.count < MacroExpansion.maximumLength {
            switch piece {
            case .literal(let octets): result.append(contentsOf: octets)
            case .variable(let variable): result.append(contentsOf: expand(variable))
            }
        }
        return result.count > MacroExpansion.maximumLength
            ? Array(result.prefix(MacroExpansion.maximumLength)) : result
    }

    /// Expands a name, without the dot at its end, its left labels removed until it fits a question (section 7.3).
    func expandName(_ string: MacroString) -> [UInt8] {
        var name = expand(string)[...]
        if name.last == UInt8(ascii: ".") { name = name.dropLast() }
        while name.count > DomainName.maximumLength {
            guard let dot = name.firstIndex(of: UInt8(ascii: ".")) else { break }
            name = name[(dot + 1)...]
        }
        return Array(name)
    }

    private func expand(_ variable: MacroString.Variable) -> [UInt8] {
        var value = Array(value(of: variable.letter).utf8)
        let isPlain = variable.kept == nil && !variable.isReversed && variable.delimiters == [UInt8(ascii: ".")]
        if !isPlain {
            var parts = value.split(omittingEmptySubsequences: false) { variable.delimiters.contains($0) }
            if variable.isReversed { parts.reverse() }
            if let kept = variable.kept { parts = parts.suffix(kept) }
            value = Array(parts.joined(separator: [UInt8(ascii: ".")]))
        }
        return variable.isEscaped ? MacroExpansion.escaped(value) : value
    }

    private func value(of letter: MacroString.Letter) -> String {
        switch letter {
        case .sender: identity.localPart + "@" + identity.domain
        case .localPart: identity.localPart
        case .senderDomain: identity.domain
        case .domain: domain
        case .address: MacroExpansion.dotted(identity.client)
        case .validatedName: validatedName
        case .family: if case .v4 = identity.client { "in-addr" } else { "ip6" }
        case .helo: identity.helo
        case .clientText: identity.client.description
        case .receiver: receiver
        case .time: String(time)
        }
    }

    /// The address in parts: decimal octets, or hexadecimal digits in upper case for IPv6.
    private static func dotted(_ address: IPAddress) -> String {
        switch address {
        case .v4: address.description
        case .v6:
            address.octets.flatMap { [$0 >> 4, $0 & 15] }.map { String($0, radix: 16, uppercase: true) }
                .joined(separator: ".")
        }
    }

    /// Percent-encodes all but the unreserved characters (RFC 7208, section 7.3; RFC 3986, section 2.3).
    private static func escaped(_ octets: [UInt8]) -> [UInt8] {
        octets.flatMap { octet -> [UInt8] in
            if RecordParser.isAlphanumeric(octet) || "-._~".utf8.contains(octet) { return [octet] }
            let digits = Array("0123456789ABCDEF".utf8)
            return [UInt8(ascii: "%"), digits[Int(octet >> 4)], digits[Int(octet & 15)]]
        }
    }
}
