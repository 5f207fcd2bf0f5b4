import Bytes
import MIME
import Testing

struct WriterTests {
    @Test(arguments: [
        "plain", "Grüße aus Köln", "=?utf-8?q?a?=", " blanks ", "a\r\nBcc: x@y",
        String(repeating: "long words ", count: 40) + "end",
        String(repeating: "안녕하세요 ", count: 40) + "끝", String(repeating: "x", count: 2_000), "😀", "a  b",
    ])
    func `a subject comes back as it was`(subject: String) {
        var writer = MessageWriter()
        writer.addField("Subject", text: subject)
        let message = ParsedMessage(parsing: Octets(writer.message()))
        let expected = subject.replacing("\r\n", with: "  ")
        #expect(message.subject == expected)
        #expect(message.header.fields.map(\.name).filter { $0 == "Bcc" }.isEmpty)
        #expect(message.defects.isEmpty)
    }

    @Test func `a message with files comes back as it was`() {
        let addresses = [
            MailAddress(displayName: "Doe, \"Joe\"", localPart: "joe doe", domain: "example.org"),
            MailAddress(displayName: "홍길동", localPart: "hong", domain: "example.kr"),
            MailAddress(localPart: "x", domain: "example.net"),
        ]
        var writer = MessageWriter()
        writer.addField("From", addresses: [addresses[0]])
        writer.addField("To", addresses: addresses)
        writer.addField("Date", date: Timestamp(seconds: 1_030_019_783))
        writer.addField("Message-ID", structured: "<1@example.org>")
        writer.text = "--=_sluice-part\nGrüße = 1 \n\(String(repeating: "lang ", count: 50))\nend \n"
        writer.attachments = [
            .init(
                filename: "Grüße aus Köln, mit einem sehr langen Namen, der gefaltet werden muss.pdf",
                content: Array(0...255)),
            .init(filename: "a\"b\r\n.txt", type: "text/plain", content: []),
        ]
        let message = ParsedMessage(parsing: Octets(writer.message()))
        #expect(message.from == [addresses[0]])
        #expect(message.to == addresses)
        #expect(message.header["date"]?.value == "Thu, 22 Aug 2002 12:36:23 +0000")
        #expect(message.date == Timestamp(seconds: 1_030_019_783))
        #expect(message.messageID == "1@example.org")
        #expect(message.text == writer.text.replacing("\n", with: "\r\n"))
        #expect(message.attachments.map(\.filename) == writer.attachments.map(\.filename))
        #expect(message.attachments.map { $0.decoded() } == writer.attachments.map(\.content))
        #expect(message.defects.isEmpty)
    }

    @Test(arguments: [0, 951_782_399, 951_782_400, 4_107_542_400, 1_709_164_800, 253_402_300_799] as [Int64])
    func `a date comes back as it was`(seconds: Int64) {
        var writer = MessageWriter()
        writer.addField("Date", date: Timestamp(seconds: seconds))
        #expect(ParsedMessage(parsing: Octets(writer.message())).date == Timestamp(seconds: seconds))
    }
}
