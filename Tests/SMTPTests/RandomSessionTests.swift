import Bytes
import SMTP
import Testing

@Suite struct RandomSessionTests {
    private static let pieces: [String] = [
        "EHLO c\r\n", "HELO c\r\n", "MAIL FROM:<a@c>\r\n", "MAIL FROM:<>", " SIZE=10\r\n", " BODY=8BITMIME",
        "RCPT TO:<b@d>\r\n",
        "RCPT TO:<", "DATA\r\n", "text\r\n", ".\r\n", "\r\n", "\n.\r\n", "..\r\n", "RSET\r\n", "NOOP\r\n", "VRFY a\r\n",
        "\r", "\n",
        "\u{0}", "é", "STARTTLS\r\n", ">", "@", "\"",
    ]

    private static var patient: ServerSession.Configuration {
        .init(hostName: "mx.example.org", messageLimit: 200, errorLimit: 1_000, idleCommandLimit: 1_000)
    }

    /// Whatever comes, in whatever pieces: the same replies, each well-formed, and never a trap.
    @Test func `random input has well-formed replies that do not depend on the pieces`() {
        var random = SplitMix(state: 99)
        var accepted = 0
        for _ in 0..<1_500 {
            var input = (0..<Int.random(in: 1...60, using: &random)).flatMap { _ in
                Array(Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)].utf8)
            }
            if Bool.random(using: &random) {
                input = Array("HELO c\r\nMAIL FROM:<a@c>\r\nRCPT TO:<b@d>\r\nDATA\r\n".utf8) + input
            }
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                input[Int.random(in: 0..<input.count, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
            }
            var whole = SessionDriver(Self.patient)
            let expected = whole.send(input)
            var pieces = SessionDriver(Self.patient)
            var output = ""
            var rest = input[...]
            while !rest.isEmpty {
                let size = Int.random(in: 1...20, using: &random)
                output += pieces.send(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            let (messages, others) = (whole.messages, pieces.messages)
            #expect(
                output == expected && messages == others, "\(String(decoding: input, as: UTF8.self).debugDescription)")
            #expect(expected.split(separator: "\r\n").allSatisfy { $0.contains(/^[2-5][0-9][0-9][ -]/) })
            accepted += messages.count
        }
        #expect(accepted > 100)
    }

    /// A reply's text may come from a stranger's DNS; it must not become a second reply.
    @Test func `a reply stays one reply whatever its text is`() {
        var session = ServerSession(.init(hostName: "mx.example.org"))
        _ = session.begin()
        _ = session.answer(.proceed)
        _ = Array("HELO c\r\nMAIL FROM:<a@c>\r\n".utf8).withUnsafeBytes { session.receive($0) }
        _ = session.takeOutput()
        let long = String(repeating: "x", count: 2_000)
        _ = session.answer(.refuse(Reply(550, EnhancedStatusCode(5, 7, 1), lines: ["no\r\n250 yes", "", long])))
        let lines = String(decoding: session.takeOutput(), as: UTF8.self).components(separatedByLineEnd: "\r\n")
        #expect(lines[0] == "550-5.7.1 no  250 yes" && lines[1] == "550-5.7.1 ")
        #expect(lines[2].hasPrefix("550 5.7.1 xxx") && lines[2].utf8.count + 2 == SessionLimits.replyLine)
        #expect(lines.count == 4 && lines[3].isEmpty)
    }

    @Test func `input that waits beyond its bound ends the session`() {
        var session = ServerSession(.init(hostName: "mx.example.org"))
        _ = session.begin()
        let flood = [UInt8](repeating: 0x0A, count: SessionLimits.waitingInput)
        let step = flood.withUnsafeBytes { session.receive($0) }
        #expect(step == .wait)
        let last = [0x0A].withUnsafeBytes { session.receive($0) }
        #expect(last == .close)
        let (output, late) = (String(decoding: session.takeOutput(), as: UTF8.self), session.answer(.proceed))
        #expect(output == "421 4.7.0 Too much input\r\n" && late == .close)
    }

    @Test func `a drained session ends when its message does`() {
        var session = SessionDriver()
        _ = session.send(line: "HELO c\r\nMAIL FROM:<a@c>\r\nRCPT TO:<b@d>\r\nDATA")
        let step = session.session.drain()
        #expect(step == .read)
        let output = session.send(line: "x\r\n.")
        #expect(output == "250 2.0.0 Accepted as 1\r\n421 4.3.2 Service is going down; try again later\r\n")
        let isClosed = session.isClosed
        #expect(isClosed)
    }

    @Test func `yes to a message is no acceptance without a proof`() {
        var session = ServerSession(.init(hostName: "mx.example.org"))
        _ = session.begin()
        _ = session.answer(.proceed)
        _ = Array("HELO c\r\nMAIL FROM:<a@c>\r\n".utf8).withUnsafeBytes { session.receive($0) }
        _ = session.answer(.proceed)
        _ = Array("RCPT TO:<b@d>\r\n".utf8).withUnsafeBytes { session.receive($0) }
        _ = session.answer(.proceed)
        _ = Array("DATA\r\nx\r\n.\r\n".utf8).withUnsafeBytes { session.receive($0) }
        _ = session.takeOutput()
        _ = session.answer(.proceed)
        #expect(String(decoding: session.takeOutput(), as: UTF8.self).hasPrefix("451 4.3.0"))
    }
}

extension String {
    /// The pieces between line ends, with an empty last one if the text ends with a line end.
    fileprivate func components(separatedByLineEnd lineEnd: String) -> [Substring] {
        split(separator: lineEnd, omittingEmptySubsequences: false)
    }
}
