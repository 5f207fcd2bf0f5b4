import Resolver
import Testing

@testable import SPF

/// The expansion of macros (RFC 7208, section 7).
@Suite struct MacroTests {
    private func expansion(client: String = "192.0.2.3", helo: String = "mail.example.com") throws -> MacroExpansion {
        let request = SPFRequest(
            clientAddress: client, helo: helo, reversePath: "strong-bad@email.example.com", receiver: "mx.example.org")
        let identity = try #require(Identity(request))
        return MacroExpansion(
            identity: identity, receiver: request.receiver, time: 1_400_000_000, domain: identity.domain,
            validatedName: "unknown")
    }

    @Test(arguments: [
        ("%{s}", "strong-bad@email.example.com"), ("%{o}", "email.example.com"), ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"), ("%{d3}", "email.example.com"), ("%{d2}", "example.com"), ("%{d1}", "com"),
        ("%{dr}", "com.example.email"), ("%{d2r}", "example.email"), ("%{l}", "strong-bad"), ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"), ("%{lr-}", "bad.strong"), ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ("%{S}", "strong-bad%40email.example.com"), ("%{p}", "unknown"),
        ("%{r}/%{t}/%{c}", "mx.example.org/1400000000/192.0.2.3"),
        ("a%%b%_c%-d", "a%b c%20d"), ("%{d999999999999}", "email.example.com"), ("%{l.-}", "strong.bad"),
    ])
    func `a macro stands for what the standard's examples say`(text: String, value: String) throws {
        let string = try MacroParser.parse(Array(text.utf8)[...], for: .explanation)
        #expect(String(decoding: try expansion().expand(string), as: UTF8.self) == value)
    }

    @Test func `an IPv6 address is expanded digit by digit`() throws {
        let string = try MacroParser.parse(Array("%{ir}.%{v}".utf8)[...], for: .domain)
        let value = String(decoding: try expansion(client: "2001:db8::cb01").expand(string), as: UTF8.self)
        #expect(
            value.lowercased() == "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6")
    }

    @Test func `a name of 253 octets stays whole and one of more loses labels from the left`() throws {
        let name = String(repeating: "abcdefg.", count: 31) + "abcde"
        #expect(name.utf8.count == DomainName.maximumLength)
        let whole = try MacroParser.parse(Array("%{h}".utf8)[...], for: .domain)
        #expect(try expansion(helo: name).expandName(whole) == Array(name.utf8))
        #expect(try expansion(helo: "x" + name).expandName(whole) == Array(name.dropFirst(8).utf8))
    }

    @Test func `an expansion is never longer than its limit`() throws {
        let text = String(repeating: "%{H}", count: 16_000)
        let string = try MacroParser.parse(Array(text.utf8)[...], for: .explanation)
        let value = try expansion(helo: String(repeating: "&", count: 10_000)).expand(string)
        #expect(value.count == MacroExpansion.maximumLength)
    }

    @Test func `random strings never trap and their names fit a question or are refused`() throws {
        var random = SeededRandom(seed: 7)
        let pieces = [
            "%{", "}", "%", "s", "L", "d", "i", "h", "2", "0", "r", "R", ".", "-", "+", ",", "/", "_", "=", "x", "%%",
            "%_", "%-", " ",
        ]
        let plain = try expansion(helo: "a..b&\u{FF}.-+")
        for _ in 0..<50_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...10, using: &random) {
                if random.next() % 3 == 0 {
                    let letter = ["s", "l", "o", "d", "i", "p", "v", "h", "H", "S"].randomElement(using: &random) ?? ""
                    text += "%{\(letter)\(["", "1", "128"].randomElement(using: &random) ?? "")r-.}"
                } else {
                    text += pieces.randomElement(using: &random) ?? ""
                }
            }
            do {
                let string = try MacroParser.parse(Array(text.utf8)[...], for: .explanation)
                #expect(plain.expand(string).count <= MacroExpansion.maximumLength)
                _ = plain.expandName(string)
            } catch {
                continue
            }
        }
    }
}
