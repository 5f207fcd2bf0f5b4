import Bytes
import MIME
import Testing

struct HeaderTests {
    @Test func `fields keep their order, names and places`() {
        let message = parsed("Subject: one\r\nX-A : two\r\n\tthree\r\nsubject: four\r\n\r\nbody")
        #expect(message.header.fields.map(\.name) == ["Subject", "X-A", "subject"])
        #expect(message.header["x-a"]?.value == "two\tthree")
        #expect(message.header.all("SUBJECT").map(\.value) == ["one", "four"])
        #expect(message.subject == "one")
        let field = message.header.fields[1]
        #expect(message.octets.array(field.range) == Array("X-A : two\r\n\tthree\r\n".utf8))
        #expect(field.raw() == Array(" two\r\n\tthree".utf8))
        #expect(message.body(0) == "body")
        #expect(message.kinds == [.duplicateField])
    }

    @Test func `an mbox separator is no field`() {
        let message = parsed("From joe@example.org Thu Aug 22 12:36:23 2002\nSubject: hi\n\nx")
        #expect(message.subject == "hi")
        #expect(message.kinds == [.mailboxSeparator])
    }

    @Test func `text in place of the empty line ends the header`() {
        let message = parsed("Subject: hi\nHello there,\nfriend\n")
        #expect(message.subject == "hi")
        #expect(message.body(0) == "Hello there,\nfriend\n")
        #expect(message.kinds == [.missingHeaderEnd])
    }

    @Test func `a damaged line between known fields is skipped`() {
        let message = parsed("Subject: hi\n>From somebody\nTo: a@b\n\nx")
        #expect(message.to.map(\.description) == ["a@b"])
        #expect(message.kinds == [.malformedField])
    }

    @Test func `thread ids come without brackets`() {
        let message = parsed(
            "Message-ID: <a@b>\nIn-Reply-To: Your message of today <c@d>\nReferences: <e@f>\n <c@d>\n\n")
        #expect(message.messageID == "a@b")
        #expect(message.inReplyTo == ["c@d"])
        #expect(message.references == ["e@f", "c@d"])
    }

    @Test(arguments: [
        ("a\0b", Defect.Kind.nul), ("a\rb", .bareCarriageReturn), ("\r\na\nb", .bareLineFeed),
        (String(repeating: "x", count: 999), .longLine), ("é", .rawOctetsInBody),
        ("begin 644 a.txt\n#86)C\n`\nend\n", .embeddedUUEncoding),
    ])
    func `an odd body is a defect`(body: String, kind: Defect.Kind) {
        #expect(parsed("A: b\r\n\r\n" + body).kinds.contains(kind))
        #expect(!parsed("A: b\r\n\r\nplain\r\n").kinds.contains(kind))
    }

    @Test(arguments: [
        ("Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 8bit", Defect.Kind.conflictingEncodings),
        ("Content-Transfer-Encoding: rot13", .unknownEncoding),
        ("Content-Type: text/plain; charset=klingon", .unknownCharset),
        ("Content-Type: text/plain; a=b; a=c", .duplicateParameter),
        ("Content-Type: text/plain; a", .malformedParameter),
        ("Content-Type: multipart/mixed; boundary=\"a*b\"", .oddBoundary),
        ("Content-Transfer-Encoding: base64\nX: \n\nYW!J", .badBase64),
        ("Content-Transfer-Encoding: base64\nX: \n\nYQ==YQ==", .base64AfterPadding),
        ("Content-Transfer-Encoding: quoted-printable\nX: \n\na=zz", .badQuotedPrintable),
        ("Content-Type: multipart/mixed; boundary=a\nContent-Transfer-Encoding: base64", .encodedContainer),
    ])
    func `an odd header is a defect`(header: String, kind: Defect.Kind) {
        #expect(parsed(header + "\n\nx\n").kinds.contains(kind))
    }

    @Test func `octets in a header that are no UTF-8 are a defect`() {
        let message = parsed(Array("Subject: caf".utf8) + [0xE9, 0x0A, 0x0A])
        #expect(message.subject == "café")
        #expect(message.kinds == [.rawOctetsInHeader])
        #expect(parsed("Subject: café\n\n").kinds.isEmpty)
    }

    /// Fields are looked for in blocks of octets, so each piece has to end at every place of a block.
    @Test func `fields are found whatever the lengths of name and value`() {
        for nameLength in 1...70 {
            for valueLength in [0, 1, 14, 15, 16, 29, 30, 31, 32, 33, 62, 63, 64, 65, 90] {
                let name = String(repeating: "n", count: nameLength)
                let value = String(repeating: "v", count: valueLength)
                let fields = parsed("\(name): \(value)\r\n \(value)w\r\nB \t:c\n\nbody: x\n").header.fields
                #expect(fields.map(\.name) == [name, "B"])
                #expect(fields.map { String(decoding: $0.raw(), as: UTF8.self) } == [" \(value)\r\n \(value)w", "c"])
            }
        }
    }

    @Test func `names of fields are known in either letter case, and others are not taken for them`() {
        for name in ["subject", "Subject", "SUBJECT", "sUBJECt"] {
            #expect(parsed("\(name): a\n\n").subject == "a")
        }
        for name in ["subjecu", "subjec4", "Subjects", "ubject"] {
            #expect(parsed("\(name): a\n\n").subject == nil)
        }
        #expect(parsed("CONTENT-TYPE: a/b\n\n").root.mediaType.essence == "a/b")
        #expect(parsed("Content\u{4D}Type: a/b\n\n").root.mediaType.essence == "text/plain")
        #expect(parsed("Message-ID: <a>\n\n").messageID == "a")
        #expect(parsed("Massage-ID: <a>\n\n").messageID == nil)
        #expect(parsed("In-Reply-To: <a>\nin-reply-tp: <b>\n\n").inReplyTo == ["a"])
    }

    @Test func `a field that makes the header too long begins the body`() {
        var limits = ParsingLimits.standard
        limits.headerOctets = 20
        let fitting = parsed("A: 1\nB: 56789012345\nC: 3\n\n", limits: limits)
        #expect(fitting.header.fields.map(\.name) == ["A", "B"])
        let long = parsed("A: 1\nB: 567890\n 1234\nC: 3\n\n", limits: limits)
        #expect(long.header.fields.map(\.name) == ["A"])
        #expect(long.kinds.contains(.headerTooLong))
    }
}
