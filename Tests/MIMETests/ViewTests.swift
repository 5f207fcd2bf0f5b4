import MIME
import Testing

struct ViewTests {
    private func multipart(_ subtype: String, _ parts: [String]) -> String {
        let body = parts.map { "--b\n\($0)\n" }.joined()
        return "Content-Type: multipart/\(subtype); boundary=b\n\n\(body)--b--\n"
    }

    @Test func `of alternatives the plain one is the text`() {
        let message = parsed(multipart("alternative", ["\nplain", "Content-Type: text/html\n\n<p>rich</p>"]))
        #expect(message.text == "plain")
        #expect(message.html == "<p>rich</p>")
        #expect(message.attachments.isEmpty)
    }

    @Test func `a blank plain alternative gives way to the HTML`() {
        let message = parsed(multipart("alternative", ["\n \n", "Content-Type: text/html\n\n<p>rich</p>"]))
        #expect(message.text == "rich")
    }

    @Test func `files are attachments and texts are not`() {
        let message = parsed(
            multipart(
                "mixed",
                [
                    "Content-Type: text/plain; name=first.txt\n\nhello", "Content-Type: image/png\n\nx",
                    "Content-Disposition: attachment; filename=b.txt\n\nfile",
                    "Content-Type: text/plain; name=c.txt\n\nfile", "Content-Type: text/html\n\nmore",
                    "Content-Type: message/rfc822\n\nSubject: in\n\nwithin",
                    "Content-Type: message/delivery-status\n\nAction: failed",
                ]))
        #expect(message.text == "hello\n\nmore\n\nwithin")
        #expect(message.attachments.map(\.index) == [2, 3, 4])
    }

    @Test func `an attached message hides the files within`() {
        let inner = "Content-Type: application/pdf\n\nx"
        let attached = "Content-Type: message/rfc822\nContent-Disposition: attachment\n\n"
        #expect(parsed(multipart("mixed", [attached + inner])).attachments.map(\.index) == [1])
        let forwarded = "Content-Type: message/rfc822\n\n"
        #expect(parsed(multipart("mixed", [forwarded + inner])).attachments.map(\.index) == [2])
    }
}
