import MIME
import Testing

/// Every kind of defect has a small mail that shows it, and a mail beside it that does not.
@Suite struct DefectTests {
    private static let multipart = "Content-Type: multipart/mixed; boundary=b\n\n"
    private static let tiny = ParsingLimits(
        depth: 2, parts: 3, headerOctets: 60, fields: 3, parameters: 2, decodedOctets: 30, expansion: 3)

    /// A kind, a mail that has it, and one that is alike and has it not.
    private static let cases: [(Defect.Kind, with: String, without: String)] = [
        (.bareCarriageReturn, "A: b\r\n\r\nc\rd\r\n", "A: b\r\n\r\nc\r\nd\r\n"),
        (.bareLineFeed, "A: b\r\n\r\nc\nd\r\n", "A: b\n\nc\nd\n"),
        (.nul, "A: b\n\nc\u{0}d\n", "A: b\n\nc\u{1}d\n"),
        (.longLine, "A: b\n\n" + String(repeating: "c", count: 999), "A: b\n\n" + String(repeating: "c", count: 998)),
        (.rawOctetsInBody, "A: b\n\né", "Content-Transfer-Encoding: 8bit\n\né"),
        (.malformedField, "A: b\n: c\nTo: e\n\n", "A: b\nC: c\nTo: e\n\n"),
        (.missingHeaderEnd, "A: b\ntext without a colon\nmore\n", "A: b\n\ntext without a colon\nmore\n"),
        (.mailboxSeparator, "From a@b Mon Jan  1\nA: b\n\n", "From: a@b\nA: b\n\n"),
        (.duplicateField, "Subject: a\nSubject: b\n\n", "Comments: a\nComments: b\n\n"),
        (
            .duplicateParameter, "Content-Type: text/plain; charset=a; charset=b\n\n",
            "Content-Type: text/plain; charset=utf-8; format=flowed\n\n"
        ),
        (.malformedParameter, "Content-Type: text/plain; =x\n\n", "Content-Type: text/plain; a=x\n\n"),
        (.missingBoundary, "Content-Type: multipart/mixed\n\n--b\n\na\n--b--\n", multipart + "--b\n\na\n--b--\n"),
        (
            .oddBoundary, "Content-Type: multipart/mixed; boundary=\"b@\"\n\n--b@\n\na\n--b@--\n",
            "Content-Type: multipart/mixed; boundary=\"b c\"\n\n--b c\n\na\n--b c--\n"
        ),
        (
            .repeatedBoundary, multipart + "--b\n" + multipart + "--b\n\na\n--b--\n--b--\n",
            multipart + "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\na\n--c--\n--b--\n"
        ),
        (.missingDelimiter, multipart + "a\n", multipart + "--b\n\na\n--b--\n"),
        (.missingTerminator, multipart + "--b\n\na\n", multipart + "--b\n\na\n--b--\n"),
        (.delimiterAfterTerminator, multipart + "--b\n\na\n--b--\n--b\n\nc\n", multipart + "--b\n\na\n--b--\nc\n"),
        (.oddDelimiter, multipart + "--b x\n\na\n--b--\n", multipart + "--b \n\na\n--b--\n"),
        (.missingHeader, "Content-Type: message/rfc822\n\nno header\n", "Content-Type: message/rfc822\n\nA: b\n\nc\n"),
        (
            .encodedContainer, "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQTogYgoKYwo=\n",
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nA: b\n\nc\n"
        ),
        (.unknownEncoding, "Content-Transfer-Encoding: x-new\n\na", "Content-Transfer-Encoding: BINARY\n\na"),
        (
            .conflictingEncodings, "Content-Transfer-Encoding: base64\nContent-Transfer-Encoding: 7bit\n\nYQ==\n",
            "Content-Transfer-Encoding: base64\n\nYQ==\n"
        ),
        (.badBase64, "Content-Transfer-Encoding: base64\n\nY*Q==\n", "Content-Transfer-Encoding: base64\n\nYQ\n==\n"),
        (
            .base64AfterPadding, "Content-Transfer-Encoding: base64\n\nYQ==\nYWJj\n",
            "Content-Transfer-Encoding: base64\n\nYWJj\nYQ==\n"
        ),
        (
            .badQuotedPrintable, "Content-Transfer-Encoding: quoted-printable\n\na=ZZ\n",
            "Content-Transfer-Encoding: quoted-printable\n\na=41=\n"
        ),
        (.embeddedUUEncoding, "A: b\n\nbegin 644 a.txt\n#86)C\n`\nend\n", "A: b\n\nbegin at eight\n"),
        (.tnef, "Content-Type: application/ms-tnef\n\na", "Content-Type: application/octet-stream\n\na"),
        (.fragment, "Content-Type: message/partial; id=i; number=1; total=2\n\na", "Content-Type: text/plain\n\na"),
        (
            .externalBody, "Content-Type: message/external-body; access-type=URL; url=\"http://x/\"\n\nA: b\n\n",
            "Content-Type: message/rfc822\n\nA: b\n\n"
        ),
        (
            .wrongCharset,
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=E9=20=E9\n",
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=C3=A9\n"
        ),
        (
            .unknownCharset, "Content-Type: text/plain; charset=klingon\n\na",
            "Content-Type: text/plain; charset=gbk\n\na"
        ),
    ]

    @Test(arguments: cases)
    func `a kind of defect is found where it is, and only there`(kind: Defect.Kind, with: String, without: String) {
        #expect(parsed(with).kinds.contains(kind), "\(parsed(with).kinds)")
        #expect(!parsed(without).kinds.contains(kind))
    }

    /// What meets a limit exactly, and what goes beyond it by one.
    private static let bounds: [(Defect.Kind, within: String, beyond: String)] = [
        (
            .headerTooLong, "A: " + String(repeating: "a", count: 56) + "\n\n",
            "A: " + String(repeating: "a", count: 57) + "\n\n"
        ),
        (.tooManyFields, "A: 1\nB: 2\nC: 3\n\n", "A: 1\nB: 2\nC: 3\nD: 4\n\n"),
        (.tooManyParameters, "Content-Type: a/b; c=1; d=2\n\n", "Content-Type: a/b; c=1; d=2; e=3\n\n"),
        (.tooManyParts, multipart + "--b\n\n1\n--b\n\n2\n--b--\n", multipart + "--b\n\n1\n--b\n\n2\n--b\n\n3\n--b--\n"),
        (
            .tooDeep, String(repeating: forward, count: 2) + "A: b\n\n",
            String(repeating: forward, count: 3) + "A: b\n\n"
        ),
        (.tooMuchEncoded, encoded(30), encoded(31)),
    ]

    private static let forward = "Content-Type: message/rfc822\n\n"

    /// A message in quoted-printable that decodes to so many octets.
    private static func encoded(_ size: Int) -> String {
        "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n"
            + "A: b\n\n" + String(repeating: "c", count: size - 6)
    }

    @Test(arguments: bounds)
    func `a limit is kept to the octet, the field and the part`(kind: Defect.Kind, within: String, beyond: String) {
        var limits = Self.tiny
        // The header that says that something is encoded is longer than the header of which the end is sought.
        if kind != .headerTooLong { limits.headerOctets = 1_000 }
        #expect(!parsed(within, limits: limits).kinds.contains(kind), "\(parsed(within, limits: limits).kinds)")
        #expect(parsed(beyond, limits: limits).kinds.contains(kind))
    }

    @Test func `octets above 127 in a header are a defect unless they are UTF-8`() {
        #expect(parsed(Array("Subject: ".utf8) + [0xE9, 0x0A, 0x0A]).kinds.contains(.rawOctetsInHeader))
        #expect(!parsed("Subject: é\n\n").kinds.contains(.rawOctetsInHeader))
    }

    @Test func `every kind of defect has its mail here`() {
        let shown = Set(Self.cases.map(\.0)).union(Self.bounds.map(\.0)).union([.rawOctetsInHeader])
        #expect(Set(Defect.Kind.allCases).subtracting(shown) == [])
    }

    @Test func `no more defects are listed than the limit says`() {
        var limits = ParsingLimits.standard
        limits.defects = 3
        let text =
            Self.multipart + String(repeating: "--b\nContent-Transfer-Encoding: x-new\n\n1\n", count: 5) + "--b--\n"
        #expect(parsed(text, limits: limits).defects.count == 3)
        #expect(parsed(text).defects.count == 5)
    }
}
