import MIME
import Testing

struct ParameterTests {
    private func type(_ value: String) -> MediaType {
        parsed("Content-Type: \(value)\r\n\r\n").parts[0].mediaType
    }

    @Test(arguments: [
        ("text/plain; charset=us-ascii", "charset", "us-ascii"),
        ("text/plain; charset =us-ascii (Plain)", "charset", "us-ascii"),
        ("text/plain; Charset=\"utf-8\"", "charset", "utf-8"), ("text/plain; charset=\"a\\\"b\"", "charset", "a\"b"),
        ("text/plain (a; b=c); d=e", "d", "e"), ("text/plain charset=utf-8", "charset", "utf-8"),
        ("text/plain; a=\"b\" c=d", "c", "d"), ("text/plain;; a=b;", "a", "b"),
        ("x/y; name=two words.pdf; a=b", "name", "two words.pdf"), ("x/y; name=\"two\r\n words\"", "name", "two words"),
        ("x/y; name*=utf-8'en'caf%C3%A9", "name", "café"), ("x/y; name*0=a; name*1=b; name*2=c", "name", "abc"),
        ("x/y; name*1=b; name*0=a", "name", "ab"),
        ("x/y; name*0*=utf-8''%C3; name*1*=%A9; name*2=x%41", "name", "éx%41"),
        ("x/y; name=old; name*=utf-8''new", "name", "new"), ("x/y; name=\"=?utf-8?q?caf=C3=A9?=\"", "name", "café"),
        ("x/y; name*=iso-8859-1''%E9", "name", "é"), ("x/y; a=b; a=c", "a", "b"), ("x/y; name=\"open; a=b", "a", "b"),
        ("x/y; name=\"C:\\\\a.txt\"", "name", "C:\\a.txt"),
    ])
    func `a parameter is found and decoded`(value: String, name: String, expected: String) {
        #expect(type(value).parameters[name] == expected)
    }

    @Test(arguments: [
        ("TEXT/Html", "text/html"), (" message / rfc822", "message/rfc822"), ("text", "text/"), ("", "text/plain"),
        ("text/plain(comment)", "text/plain"), ("; a=b", "text/plain"), ("image/jpeg name=\"x.jpg\"", "image/jpeg"),
    ])
    func `a type is lower case and without comments`(value: String, essence: String) {
        #expect(type(value).essence == essence)
    }

    @Test func `the disposition's name comes before the type's`() {
        let part = parsed("Content-Type: x/y; name=a\nContent-Disposition: Attachment; filename=\"b\"\n\n").parts[0]
        #expect(part.filename == "b")
        #expect(part.disposition?.kind == "attachment")
        #expect(part.isAttachment)
    }

    @Test func `parameters end at their limit and not before`() {
        var limits = ParsingLimits.standard
        limits.parameters = 2
        #expect(parsed("Content-Type: x/y; a=1; b=2\n\n", limits: limits).kinds.isEmpty)
        let message = parsed("Content-Type: x/y; a=1; b=2; c=3\n\n", limits: limits)
        #expect(message.kinds == [.tooManyParameters])
        #expect(message.parts[0].mediaType.parameters.count == 2)
    }
}
