import Bytes
import MIME
import Testing

struct StructureTests {
    private static let mixed = """
        Content-Type: multipart/mixed; boundary=b

        preamble
        --b
        Content-Type: text/plain

        one
        --b

        two

        --b--
        epilogue
        """

    @Test(arguments: ["\n", "\r\n"])
    func `a body range ends before the line end that belongs to the boundary`(lineEnd: String) {
        let message = parsed(
            Self.mixed.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: lineEnd))
        #expect(message.parts.count == 3)
        #expect(message.body(1) == "one")
        #expect(message.body(2) == "two\(lineEnd)")
        #expect(message.defects.isEmpty)
    }

    @Test func `an empty part has an empty body`() {
        let message = parsed("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--b\nA: b\n\n\n--b--\n")
        #expect(message.parts.count == 3)
        #expect(message.body(1) == "")
        #expect(message.body(2) == "")
        #expect(message.parts[2].header["a"]?.value == "b")
    }

    @Test func `an inner multipart without its terminator ends at the outer boundary`() {
        let message = parsed(
            """
            Content-Type: multipart/mixed; boundary="out"

            --out
            Content-Type: multipart/alternative; boundary="in"

            --in

            plain
            --out

            after
            --out--
            """)
        #expect(message.outline == ["multipart/mixed", " multipart/alternative", "  text/plain", " text/plain"])
        #expect(message.body(2) == "plain")
        #expect(message.body(3) == "after")
        #expect(message.kinds == [.missingTerminator])
    }

    @Test func `boundaries that start alike are told apart`() {
        let message = parsed(
            """
            Content-Type: multipart/mixed; boundary="b"

            --b
            Content-Type: multipart/mixed; boundary="bb"

            --bb

            one
            --bb--
            --b

            two
            --b--
            """)
        #expect(message.outline == ["multipart/mixed", " multipart/mixed", "  text/plain", " text/plain"])
    }

    @Test func `a delimiter after the terminator makes no part but a defect`() {
        let message = parsed("Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n--b\n\ntwo\n--b--\n")
        #expect(message.parts.count == 2)
        #expect(message.kinds.contains(.delimiterAfterTerminator))
    }

    @Test func `a multipart without delimiters keeps its text`() {
        let message = parsed("Content-Type: multipart/mixed; boundary=b\n\nhello\n")
        #expect(message.parts.count == 1)
        #expect(message.text == "hello\n")
        #expect(message.kinds == [.missingDelimiter])
    }

    @Test func `a multipart without a boundary keeps its text`() {
        let message = parsed("Content-Type: multipart/mixed\n\n--b\n\nhello\n--b--\n")
        #expect(message.parts.count == 1)
        #expect(message.kinds == [.missingBoundary])
        #expect(message.text.contains("hello"))
    }

    @Test func `a message within is a part whose header is read`() {
        let message = parsed("Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: text/html\n\n<b>hi</b>\n")
        #expect(message.outline == ["message/rfc822", " text/html"])
        #expect(message.parts[1].header["subject"]?.value == "inner")
        #expect(message.text == "hi")
    }

    @Test func `members of a digest are messages by default`() {
        let message = parsed("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\nx\n--b--\n")
        #expect(message.outline == ["multipart/digest", " message/rfc822", "  text/plain"])
        #expect(message.body(2) == "x")
    }

    @Test func `an encoded message within is decoded and read`() {
        let message = parsed(
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogaGkKCmJvZHk=\n")
        #expect(message.outline == ["message/rfc822", " text/plain"])
        #expect(message.parts[1].header["subject"]?.value == "hi")
        #expect(!message.parts[1].isInOriginal)
        #expect(message.text == "body")
        #expect(message.kinds == [.encodedContainer])
        #expect(message.attachments.map(\.index) == [0])
    }

    @Test func `a header that a boundary ends has no body`() {
        let message = parsed("Content-Type: multipart/mixed; boundary=b\n\n--b\nX: y\n--b--\n")
        #expect(message.parts.count == 2)
        #expect(message.parts[1].header["X"]?.value == "y")
        #expect(message.parts[1].bodyRange.isEmpty)
    }

    @Test(arguments: ["", "\n", "\r\n", ":", "a", "a:", " ", "--", "Content-Type: multipart/x;boundary=\n\n--\n"])
    func `there is always a root part`(text: String) {
        let message = parsed(text)
        #expect(message.parts[0].parent == nil)
        #expect(message.parts[0].bodyRange.upperBound == message.octets.count)
    }

    @Test func `depth ends at its limit and not before`() {
        func nested(_ depth: Int) -> String {
            (0..<depth).map { "Content-Type: multipart/mixed; boundary=b\($0)x\n\n--b\($0)x\n" }.joined() + "\nx\n"
        }
        var limits = ParsingLimits.standard
        limits.depth = 3
        #expect(!parsed(nested(3), limits: limits).kinds.contains(.tooDeep))
        #expect(parsed(nested(4), limits: limits).kinds.contains(.tooDeep))
        #expect(parsed(nested(4), limits: limits).parts.count == 4)
    }

    @Test func `parts and fields end at their limits and not before`() {
        var limits = ParsingLimits.standard
        limits.parts = 3
        limits.fields = 2
        let two = "Content-Type: multipart/mixed; boundary=b\nA: b\n\n--b\n\n1\n--b\n\n2\n"
        #expect(parsed(two + "--b--\n", limits: limits).defects.isEmpty)
        let three = parsed(two + "--b\n\n3\n--b--\n", limits: limits)
        #expect(three.kinds == [.tooManyParts])
        #expect(three.parts.count == 3)
        #expect(parsed("A: 1\nB: 2\nC: 3\n\n", limits: limits).kinds == [.tooManyFields])
    }
}
