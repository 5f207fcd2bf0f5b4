import Bytes
import MIME
import Testing

/// Whatever the writer writes, the parser reads back, for as many messages as the generator makes.
struct RoundTripTests {
    /// Pieces of which texts are made: what folding, encoding and parsing could stumble over.
    private static let pieces = [
        "a", " ", "  ", "word", "é", "한국어", "😀", "=?utf-8?q?x?=", "=", "\"", "\\", "(", ")", "<", ">", "@", ",", ";",
        ":", "--=_sluice-0", "'", "*", "%41", ".", "?=", "long-long-long-long-long-long-long-long-long-long-long-long",
    ]

    private func text(_ generator: inout some RandomNumberGenerator, upTo count: Int, and more: [String] = []) -> String
    {
        let pieces = Self.pieces + more
        return (0..<Int.random(in: 0...count, using: &generator))
            .map { _ in pieces[Int.random(in: 0..<pieces.count, using: &generator)] }.joined()
    }

    private func part(_ generator: inout some RandomNumberGenerator, depth: Int) -> WrittenPart {
        switch Int.random(in: 0..<(depth > 0 ? 4 : 2), using: &generator) {
        case 0: return .text(text(&generator, upTo: 60, and: ["\n", "\n.\n", "\nFrom "]))
        case 1:
            let content = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            return .file(.init(filename: "n" + text(&generator, upTo: 30), content: content))
        case 2:
            var inner = MessageWriter()
            inner.addField("Subject", text: text(&generator, upTo: 30))
            inner.body = part(&generator, depth: depth - 1)
            return .message(inner.message())
        default:
            let count = Int.random(in: 1...4, using: &generator)
            return .multipart(subtype: "mixed", (0..<count).map { _ in part(&generator, depth: depth - 1) })
        }
    }

    /// Whether a part reads as it was written.
    private func isSame(_ message: ParsedMessage, _ part: Part, _ written: WrittenPart) -> Bool {
        let children = part.children.map { message.parts[$0] }
        switch written {
        case .text(let text, let subtype):
            return part.mediaType.essence == "text/\(subtype)"
                && part.decodedText() == text.replacing("\n", with: "\r\n")
        case .file(let file): return part.filename == file.filename && part.decoded() == file.content
        case .message(let octets): return part.isMessage && part.decoded() == octets
        case .fields(let type, let octets): return part.mediaType.essence == type && part.decoded() == octets
        case .multipart(_, _, let parts):
            return children.count == parts.count && zip(children, parts).allSatisfy { isSame(message, $0, $1) }
        }
    }

    @Test(arguments: 0..<200)
    func `a message that was written is read back`(seed: Int) {
        var generator = SeededGenerator(state: UInt64(seed))
        var writer = MessageWriter()
        let subject = text(&generator, upTo: 40)
        let name = "n" + text(&generator, upTo: 12)
        let addresses = [
            MailAddress(displayName: name, localPart: "a.b", domain: "example.org"),
            MailAddress(localPart: "x\"y z", domain: "example.net"),
        ]
        writer.addField("Subject", text: subject)
        writer.addField("To", addresses: addresses)
        let body = part(&generator, depth: 3)
        writer.body = body
        let octets = writer.message()
        let message = ParsedMessage(parsing: Octets(octets))
        #expect(message.subject == subject)
        #expect(message.to == addresses)
        #expect(isSame(message, message.root, body))
        #expect(message.kinds.isSubset(of: [.embeddedUUEncoding]))
    }

    @Test func `a delivery report is written and read`() {
        var writer = MessageWriter()
        let status =
            "Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; joe@example.net\r\n"
            + "Action: failed\r\nStatus: 5.1.1 (no such user)\r\nDiagnostic-Code: smtp; 550 no such user\r\n"
        writer.body = .multipart(
            subtype: "report", parameters: [("report-type", "delivery-status")],
            [
                .text("It came back.\n"), .fields(type: "message/delivery-status", Array(status.utf8)),
                .fields(type: "text/rfc822-headers", Array("Subject: lost\r\n".utf8)),
            ])
        let report = ParsedMessage(parsing: Octets(writer.message())).report
        #expect(report?.kind == "delivery-status")
        #expect(report?.value("reporting-mta", inBlock: 0) == "dns; mx.example.org")
        let recipients = report?.recipients ?? []
        #expect(recipients.map(\.address) == ["joe@example.net"])
        #expect(recipients.map(\.action) == ["failed"])
        #expect(recipients.map(\.status) == ["5.1.1"])
        #expect(recipients.map(\.diagnostic) == ["550 no such user"])
        #expect(report?.original?.mediaType.essence == "text/rfc822-headers")
    }
}
