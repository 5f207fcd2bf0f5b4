import Bytes
import MIME
import Testing

struct FixtureTests {
    private func fixture(_ name: String) -> ParsedMessage {
        let path = Suites.fixtures.first { $0.hasSuffix("/\(name).eml") } ?? ""
        return ParsedMessage(parsing: Octets(Suites.octets(of: path)))
    }

    @Test func `a plain mail is read whole`() {
        let mail = fixture("plain")
        #expect(mail.subject == "Grüße aus Köln")
        #expect(mail.from == [MailAddress(displayName: "Ana B.", localPart: "ana", domain: "example.org")])
        #expect(mail.to.map(\.description) == ["joe@example.net", "joerg@example.net"])
        #expect(mail.to.last?.displayName == "Jörg")
        #expect(mail.cc == [MailAddress(displayName: "the operator", localPart: "root", domain: "")])
        #expect(mail.date == Timestamp(seconds: 1_030_019_783))
        #expect(mail.references == ["-1@example.net", "0@example.net"])
        #expect(mail.text == "Grüße aus Köln, und bis bald. \r\n-- Ana\r\n")
        #expect(mail.defects.isEmpty)
    }

    @Test func `a delivery report shows its text and the mail that came back`() {
        let mail = fixture("report")
        #expect(
            mail.outline == [
                "multipart/report", " text/plain", " message/delivery-status", " message/rfc822",
                "  multipart/alternative", "   text/plain", "   text/html",
            ])
        #expect(mail.text == "Your message could not be delivered.\n\nplain")
        #expect(mail.attachments.isEmpty)
        #expect(mail.html.map(HTMLText.text) == "café & more\nline")
        #expect(mail.defects.isEmpty)
    }

    @Test func `attachments have their names, types and exact octets`() {
        let mail = fixture("attachments")
        #expect(mail.attachments.map(\.filename) == ["pic.png", "Grüße.pdf", "notes.txt"])
        #expect(mail.attachments.map(\.isInline) == [true, false, false])
        #expect(mail.attachments.first?.contentID == "pic@x")
        #expect(mail.attachments.first?.decoded() == Array(0...255))
        #expect(mail.attachments[1].mediaType.parameters["name"] == "Grüße.pdf")
        #expect(mail.attachments[1].decoded().count == 400)
        #expect(mail.text == "See the picture.")
        #expect(mail.defects.isEmpty)
    }

    @Test func `Korean and Japanese are read in their old charsets`() {
        let mail = fixture("korean")
        #expect(mail.from.first?.displayName == "홍길동")
        #expect(mail.subject == "안녕하세요")
        #expect(mail.text == "가나다라 똠방각하\n\n日本語の本文")
        #expect(mail.attachments.count == 1)
    }

    @Test func `a broken mail gives what is there and says what is wrong`() {
        let mail = fixture("broken")
        #expect(mail.from.map(\.description) == ["joe@example.net"])
        #expect(mail.subject?.hasPrefix("café half") == true)
        #expect(mail.parts.contains { $0.decodedText() == "deep" })
        #expect(
            mail.kinds.isSuperset(of: [
                .mailboxSeparator, .duplicateField, .rawOctetsInHeader, .encodedContainer, .duplicateParameter,
                .malformedParameter, .unknownCharset, .badQuotedPrintable, .missingTerminator,
                .delimiterAfterTerminator, .nul,
            ]))
    }

    @Test func `the messages of a digest are read one by one`() {
        let mail = fixture("digest")
        #expect(mail.parts.compactMap { $0.header["subject"]?.value }.dropFirst() == ["one", "two"])
        #expect(mail.text == "first\n\nsecond")
    }
}
