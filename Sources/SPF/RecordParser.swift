import Resolver

/// Reads a policy record strictly: everything is checked before anything is evaluated (RFC 7208, section 4.6).
struct RecordParser {
    /// The most terms that a record may have; far more than the 512 octets of section 3.4 hold, and a bound on our work.
    static let maximumTerms = 1_000
    private static let version = Array("v=spf1".utf8)

    private var record = Record()

    /// Whether a text record is a policy of this version (RFC 7208, section 4.5).
    static func isPolicy(_ octets: [UInt8]) -> Bool {
        octets.count >= version.count
            && zip(octets, version).allSatisfy { $0 == $1 || ($0 | 0x20 == $1 && (0x41...0x5A).contains($0)) }
            && (octets.count == version.count || octets[version.count] == 0x20)
    }

    /// Parses a policy, which ``isPolicy(_:)`` must hold for.
    static func parse(_ octets: [UInt8]) throws(RecordError) -> Record {
        var parser = RecordParser()
        let terms = octets[min(version.count, octets.count)...].split(separator: 0x20)
        guard terms.count <= maximumTerms else { throw RecordError("more than \(maximumTerms) terms") }
        for term in terms { try parser.parse(term) }
        return parser.record
    }

    private mutating func parse(_ term: ArraySlice<UInt8>) throws(RecordError) {
        let name = term.prefix { RecordParser.isAlphanumeric($0) || "-_.".utf8.contains($0) }
        guard name.endIndex < term.endIndex, term[name.endIndex] == UInt8(ascii: "="), let first = name.first,
            RecordParser.isAlphabetic(first)
        else { return try parseDirective(term) }
        let value = term[(name.endIndex + 1)...]
        switch RecordParser.folded(name) {
        case "redirect":
            guard record.redirect == nil else { throw RecordError("redirect appears twice") }
            record.redirect = try DomainSpec.parse(value)
        case "exp":
            guard record.explanation == nil else { throw RecordError("exp appears twice") }
            record.explanation = try DomainSpec.parse(value)
        default: _ = try MacroParser.parse(value, for: .modifier)
        }
    }

    private mutating func parseDirective(_ term: ArraySlice<UInt8>) throws(RecordError) {
        var rest = term
        var qualifier = Record.Qualifier.pass
        if let first = term.first, let named = Record.Qualifier(rawValue: Character(UnicodeScalar(first))) {
            qualifier = named
            rest = term.dropFirst()
        }
        let name = rest.prefix(while: RecordParser.isAlphanumeric)
        let arguments = rest[name.endIndex...]
        let mechanism = try RecordParser.mechanism(RecordParser.folded(name), arguments)
        let source = String(decoding: rest, as: UTF8.self)
        record.directives.append(.init(qualifier: qualifier, mechanism: mechanism, source: source))
    }

    private static func mechanism(
        _ name: String, _ arguments: ArraySlice<UInt8>
    ) throws(RecordError) -> Record.Mechanism {
        switch name {
        case "all":
            guard arguments.isEmpty else { throw RecordError("all takes no argument") }
            return .all
        case "include": return .include(try DomainSpec.parse(try required(arguments, of: name)))
        case "exists": return .exists(try DomainSpec.parse(try required(arguments, of: name)))
        case "ptr":
            return .pointer(arguments.isEmpty ? nil : try DomainSpec.parse(try required(arguments, of: name)))
        case "a", "mx":
            var rest = arguments
            let lengths = try PrefixParser.cutDual(from: &rest)
            let target = rest.isEmpty ? nil : try DomainSpec.parse(try required(rest, of: name))
            return name == "a" ? .address(target, lengths) : .mx(target, lengths)
        case "ip4", "ip6": return try network(try required(arguments, of: name), isVersion4: name == "ip4")
        default: throw RecordError("unknown mechanism")
        }
    }

    private static func required(
        _ arguments: ArraySlice<UInt8>, of name: String
    ) throws(RecordError) -> ArraySlice<UInt8> {
        guard arguments.first == UInt8(ascii: ":"), arguments.count > 1 else {
            throw RecordError("\(name) needs an argument after a colon")
        }
        return arguments.dropFirst()
    }

    private static func network(
        _ argument: ArraySlice<UInt8>, isVersion4: Bool
    ) throws(RecordError) -> Record.Mechanism {
        var rest = argument
        let width = isVersion4 ? 32 : 128
        let length = try PrefixParser.cut(from: &rest, maximum: width) ?? width
        guard let address = IPAddress(String(decoding: rest, as: UTF8.self)), address.octets.count * 8 == width
        else { throw RecordError("\(isVersion4 ? "ip4" : "ip6") without a valid address") }
        return .network(address, length)
    }

    private static func folded(_ name: ArraySlice<UInt8>) -> String {
        String(decoding: name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    static func isAlphabetic(_ octet: UInt8) -> Bool { (0x61...0x7A).contains(octet | 0x20) }
    static func isAlphanumeric(_ octet: UInt8) -> Bool { isAlphabetic(octet) || (0x30...0x39).contains(octet) }
}
