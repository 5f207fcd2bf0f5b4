import Resolver
import Testing

@testable import SPF

/// The grammar of policies (RFC 7208, sections 4.6.1, 5 and 12).
@Suite struct RecordParserTests {
    @Test(arguments: [
        ("v=spf1", true), ("V=SPF1 -all", true), ("v=spf1 ", true), ("v=spf10", false), ("v=spf1\t-all", false),
        ("v=spf", false), (" v=spf1", false), ("", false), ("v\u{1D}spf1", false),
    ])
    func `a record is a policy by its version alone`(text: String, isPolicy: Bool) {
        #expect(RecordParser.isPolicy(Array(text.utf8)) == isPolicy)
    }

    @Test(arguments: [
        "a", "A:Host.Example/24//64", "mx//0", "mx:%{d}/8", "ptr", "ptr:x.example", "exists:%{ir}.x.example.",
        "include:%{d2}", "ip4:192.0.2.0/24", "ip6:::/0", "ip6:2001:db8::/32", "all", "ALL", "a:x.example%%", "a:x.%_%-",
        "moderation=%{c}", "a1-_.=", "redirect=x.example", "EXP=x.example", "exists:%{S128R.-+,/_=}.x.example",
        "a:xn--x.xn--zckzah", "a:%{d}/24//64", "a:x/y.example/24",
    ])
    func `a term of the grammar is accepted`(term: String) throws {
        _ = try RecordParser.parse(Array("v=spf1 \(term)".utf8))
    }

    @Test(arguments: [
        "a:", "a:x", "a:x.1", "a:x.-e", "a:x.e-", "a/33", "a/024", "a//129", "a/", "a//", "a/24/64", "a/24///64",
        "a:/24",
        "ptr/24", "ptr:", "include", "include:", "exists", "exists:x/24", "ip4", "ip4:", "ip4:1.2.3", "ip4:1.2.3.4.5",
        "ip4:01.2.3.4", "ip4:1.2.3.4/33", "ip4:1.2.3.4//8", "ip4:::1", "ip6:1.2.3.4", "ip6:::1/129", "ip6:g::1", "all:",
        "all/8", "all.", "--all", "+-all", "-redirect=x.example", "a:%", "a:%x.example", "a:%{}.example",
        "a:%{d.example",
        "a:%{d0}.example", "a:%{x}.example", "a:%{c}.example", "a:%{dr2}.example", "a:%{d!}.example", "redirect=",
        "exp=", "exp=%{t}.example", "=x", "1x=y", "x", "x.y", "x=%a", "x=\u{7F}", "a:\u{1}.example", "a:é.example",
    ])
    func `a term outside of the grammar is refused`(term: String) {
        #expect(throws: RecordError.self) { try RecordParser.parse(Array("v=spf1 \(term)".utf8)) }
    }

    @Test(arguments: ["redirect=a.example redirect=b.example", "exp=a.example -all exp=a.example"])
    func `redirect and exp stand at most once`(terms: String) {
        #expect(throws: RecordError.self) { try RecordParser.parse(Array("v=spf1 \(terms)".utf8)) }
    }

    @Test func `a record may have a thousand terms and no more`() throws {
        let terms = Array(repeating: "ip4:192.0.2.1", count: RecordParser.maximumTerms)
        let record = try RecordParser.parse(Array("v=spf1 \(terms.joined(separator: " "))".utf8))
        #expect(record.directives.count == RecordParser.maximumTerms)
        #expect(throws: RecordError.self) {
            try RecordParser.parse(Array("v=spf1 \(terms.joined(separator: " ")) a".utf8))
        }
    }

    @Test func `what is parsed is what was written`() throws {
        let record = try RecordParser.parse(Array("v=spf1  ~a:h.example/8//16 ?ip4:192.0.2.7/31 -all ".utf8))
        #expect(record.directives.map(\.qualifier) == [.softfail, .neutral, .fail])
        #expect(record.directives.map(\.source) == ["a:h.example/8//16", "ip4:192.0.2.7/31", "all"])
        #expect(record.directives[1].mechanism == .network(.v4(0xC000_0207), 31))
        guard case .address(_, let lengths) = record.directives[0].mechanism else {
            Issue.record("not an address mechanism")
            return
        }
        #expect(lengths == .init(v4: 8, v6: 16))
    }

    @Test func `random terms never trap and what is accepted parses again`() throws {
        var random = SeededRandom(seed: 7_208)
        let pieces = [
            "v=spf1", " ", " ", "a", "mx", "ptr", "include", "exists", "ip4", "ip6", "all", "redirect=", "exp=", "x=",
            ":", "/", "//", "24", "0", "999999999999999999999", "%", "{", "}", "%{", "d", "r", "%{d2r}", "%{h}", "%%",
            "%_",
            ".", "-", "+", "~", "?", "1.2.3.4", "::1", "host.example", "\u{0}", "\u{FF}", "=",
        ]
        var accepted = 0
        for _ in 0..<30_000 {
            var text = random.next() % 4 == 0 ? "" : "v=spf1 "
            for _ in 0..<Int.random(in: 0...12, using: &random) { text += pieces.randomElement(using: &random) ?? "" }
            let octets = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            do {
                let record = try RecordParser.parse(octets)
                #expect(try RecordParser.parse(octets) == record)
                accepted += 1
            } catch {
                continue
            }
        }
        #expect(accepted > 100)
    }
}
