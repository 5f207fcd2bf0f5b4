import Addressing
import Testing

@Suite struct PathTests {
    private let someone = EmailAddress(localPart: "someone", domain: "example.org")

    @Test func `the null path is no address`() throws {
        #expect(try ReversePath(parsing: "<>") == .null)
        #expect(ReversePath.null.description == "<>")
    }

    @Test(arguments: [
        "<someone@example.org>", "<@one.example:someone@example.org>",
        "<@[192.0.2.1],@two.example:someone@EXAMPLE.org>",
    ])
    func `a source route is read and ignored`(text: String) throws {
        #expect(try ReversePath(parsing: text) == .address(someone))
        #expect(try ForwardPath(parsing: text) == .address(someone))
        #expect(try ForwardPath(parsing: text).description == "<someone@example.org>")
    }

    @Test(arguments: ["<postmaster>", "<Postmaster>", "<POSTMASTER>"])
    func `the postmaster needs no domain`(text: String) throws {
        #expect(try ForwardPath(parsing: text) == .postmaster)
        #expect(throws: AddressError(.missingDomain, at: 11)) { try ReversePath(parsing: text) }
    }

    @Test(
        arguments: [
            ("someone@example.org", AddressError.Kind.missingBracket, 0), ("<someone@example.org", .missingBracket, 20),
            ("<@one.example someone@example.org>", .sourceRoute, 13), ("<@one.example,two:a@b>", .sourceRoute, 14),
            ("<a@b>x", .trailingText, 5), ("< a@b>", .localPartOctet, 1), ("<a@b >", .missingBracket, 4),
        ])
    func `what is no path says why and where`(text: String, kind: AddressError.Kind, offset: Int) {
        #expect(throws: AddressError(kind, at: offset)) { try ReversePath(parsing: text) }
    }

    @Test func `an empty forward path is nobody`() {
        #expect(throws: AddressError(.localPartOctet, at: 1)) { try ForwardPath(parsing: "<>") }
    }

    @Test func `a sender may have a longer local part than a recipient`() throws {
        let local = String(repeating: "v", count: AddressLimits.localPart + 20)
        #expect(try ReversePath(parsing: "<\(local)@a>") == .address(EmailAddress(localPart: local, domain: "a")))
        #expect(throws: AddressError(.localPartTooLong, at: 1)) { try ForwardPath(parsing: "<\(local)@a>") }
    }
}
