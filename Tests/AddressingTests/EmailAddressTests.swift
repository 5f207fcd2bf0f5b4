import Addressing
import Testing

@Suite struct EmailAddressTests {
    @Test(
        arguments: [
            ("someone@example.org", "someone", "example.org"),
            ("Some.One+tag@Example.ORG", "Some.One+tag", "example.org"),
            ("!#$%&'*+-/=?^_`{|}~@a", "!#$%&'*+-/=?^_`{|}~", "a"),
            (#""a b"@example.org"#, "a b", "example.org"),
            (#""a\"b\\c"@example.org"#, #"a"b\c"#, "example.org"),
            (#""needless"@example.org"#, "needless", "example.org"),
            (#"""@example.org"#, "", "example.org"),
            ("a@[192.0.2.1]", "a", "[192.0.2.1]"),
            ("a@[IPv6:2001:DB8::1]", "a", "[IPv6:2001:db8::1]"),
            ("a@[ipv6:::ffff:192.0.2.1]", "a", "[IPv6:::ffff:c000:201]"),
            ("πελάτης@Παράδειγμα.example", "πελάτης", "παράδειγμα.example"),
            ("a@under_score.example", "a", "under_score.example"),
            ("a@1.2.example", "a", "1.2.example"),
        ])
    func `an address has a local part and a domain`(text: String, localPart: String, domain: String) throws {
        let address = try EmailAddress(parsing: text)
        #expect(address == EmailAddress(localPart: localPart, domain: domain))
        #expect(try EmailAddress(parsing: address.description) == address)
    }

    @Test(
        arguments: [
            ("", AddressError.Kind.emptyAtom, 0), ("@example.org", .emptyAtom, 0), (".a@example.org", .emptyAtom, 0),
            ("a..b@example.org", .emptyAtom, 2), ("a.@example.org", .emptyAtom, 2),
            ("a b@example.org", .localPartOctet, 1), ("(a)@example.org", .localPartOctet, 0),
            ("a\u{7}@example.org", .localPartOctet, 1), ("\"a@example.org", .openQuote, 14),
            ("\"a\nb\"@example.org", .localPartOctet, 2), ("\"a\\", .openQuote, 3),
            ("a", .missingDomain, 1), ("a@", .domainLabel, 2), ("a@b..c", .domainLabel, 4),
            ("a@-b", .domainLabel, 2), ("a@b-", .domainLabel, 2), ("a@b.", .domainLabel, 4),
            ("a@b c", .trailingText, 3), ("a@!", .domainOctet, 2), ("a@[192.0.2]", .addressLiteral, 2),
            ("a@[192.0.2.256]", .addressLiteral, 2), ("a@[192.0.2.01]", .addressLiteral, 2),
            ("a@[192.0.2.1", .addressLiteral, 2), ("a@[IPv6:1::2::3]", .addressLiteral, 2),
            ("a@[IPv6:1:2:3:4:5:6:7:8:9]", .addressLiteral, 2), ("a@[2001:db8::1]", .addressLiteral, 2),
            ("a@[tag:anything]", .addressLiteral, 2), ("a@b@c", .trailingText, 3),
        ])
    func `what is no address says why and where`(text: String, kind: AddressError.Kind, offset: Int) {
        #expect(throws: AddressError(kind, at: offset)) { try EmailAddress(parsing: text) }
    }

    @Test func `octets that are not UTF-8 are no address`() {
        var scanner = AddressScanner([0x61, 0xC3, 0x28, 0x40, 0x62])
        #expect(throws: AddressError.self) { try scanner.mailbox() }
        var cut = AddressScanner([0x61, 0xC3, 0x40, 0x62])
        #expect(throws: AddressError(.notUTF8, at: 0)) { try cut.mailbox() }
    }

    @Test func `each limit holds at its number and breaks one beyond`() throws {
        let local = String(repeating: "l", count: AddressLimits.localPart)
        #expect(try EmailAddress(parsing: "\(local)@a").localPart == local)
        #expect(throws: AddressError(.localPartTooLong, at: 0)) { try EmailAddress(parsing: "\(local)l@a") }

        let label = String(repeating: "d", count: AddressLimits.label)
        #expect(try EmailAddress(parsing: "a@\(label)").domain == label)
        #expect(throws: AddressError(.labelTooLong, at: 2)) { try EmailAddress(parsing: "a@\(label)d") }

        let long = [label, label, label].joined(separator: ".")
        let rest = String(repeating: "e", count: AddressLimits.mailbox - long.utf8.count - 3)
        #expect(try EmailAddress(parsing: "a@\(long).\(rest)").description.utf8.count == AddressLimits.mailbox)
        #expect(throws: AddressError(.mailboxTooLong, at: 0)) { try EmailAddress(parsing: "aa@\(long).\(rest)") }

        let domain = [label, label, label, label].joined(separator: ".")
        #expect(try Domain(parsing: domain).description.utf8.count == AddressLimits.domain)
        #expect(throws: AddressError(.domainTooLong, at: 0)) { try Domain(parsing: "\(domain).e") }
    }

    @Test(arguments: [
        ("a b", #""a b"@x"#), ("", #"""@x"#), (#"q"\"#, #""q\"\\"@x"#), ("a..b", #""a..b"@x"#), ("a.b", "a.b@x"),
        (".a", #"".a"@x"#), ("a.", #""a."@x"#), (".", #""."@x"#),
    ])
    func `the written form has quotes where they are needed`(localPart: String, written: String) {
        #expect(EmailAddress(localPart: localPart, domain: "x").description == written)
    }
}
