import Bytes
import SMTP
import Testing

/// Every command in every state has a defined reply.
@Suite struct CommandTableTests {
    /// The states between commands, and what brings a session there.
    enum Place: String, CaseIterable, Sendable {
        case unidentified, ready, sender, recipient, refused

        var lines: [String] {
            switch self {
            case .unidentified, .refused: []
            case .ready: ["EHLO c"]
            case .sender: ["EHLO c", "MAIL FROM:<a@c>"]
            case .recipient: ["EHLO c", "MAIL FROM:<a@c>", "RCPT TO:<b@d>"]
            }
        }
    }

    /// The reply codes in the order of `Place.allCases`, for a command with a proper argument.
    static let table: [Verb: (line: String, codes: [Int])] = [
        .helo: ("HELO c", [250, 250, 250, 250, 503]),
        .ehlo: ("EHLO c", [250, 250, 250, 250, 503]),
        .mail: ("MAIL FROM:<a@c>", [503, 250, 503, 503, 503]),
        .rcpt: ("RCPT TO:<b@d>", [503, 503, 250, 250, 503]),
        .data: ("DATA", [503, 503, 503, 354, 503]),
        .rset: ("RSET", [250, 250, 250, 250, 503]),
        .noop: ("NOOP", [250, 250, 250, 250, 503]),
        .quit: ("QUIT", [221, 221, 221, 221, 221]),
        .vrfy: ("VRFY a", [252, 252, 252, 252, 503]),
        .expn: ("EXPN a", [502, 502, 502, 502, 503]),
        .help: ("HELP", [214, 214, 214, 214, 503]),
        .starttls: ("STARTTLS", [502, 502, 502, 502, 503]),
        .auth: ("AUTH PLAIN", [502, 502, 502, 502, 503]),
        .bdat: ("BDAT 1 LAST", [502, 502, 502, 502, 503]),
        .etrn: ("ETRN a", [502, 502, 502, 502, 503]),
        .atrn: ("ATRN a", [502, 502, 502, 502, 503]),
        .turn: ("TURN", [502, 502, 502, 502, 503]),
        .send: ("SEND FROM:<a@c>", [502, 502, 502, 502, 503]),
        .soml: ("SOML FROM:<a@c>", [502, 502, 502, 502, 503]),
        .saml: ("SAML FROM:<a@c>", [502, 502, 502, 502, 503]),
        .lhlo: ("LHLO c", [502, 502, 502, 502, 503]),
        .xclient: ("XCLIENT NAME=a", [502, 502, 502, 502, 503]),
        .get: ("GET /", [421, 500, 500, 500, 503]),
        .post: ("POST /", [421, 500, 500, 500, 503]),
        .put: ("PUT /", [421, 500, 500, 500, 503]),
        .head: ("HEAD /", [421, 500, 500, 500, 503]),
        .options: ("OPTIONS *", [421, 500, 500, 500, 503]),
        .connect: ("CONNECT a:25", [421, 500, 500, 500, 503]),
    ]

    @Test(arguments: Verb.allCases)
    func `a command has its reply in every state`(verb: Verb) throws {
        let row = try #require(Self.table[verb], "the table has no row for \(verb.rawValue)")
        for (place, code) in zip(Place.allCases, row.codes) {
            #expect(reply(to: row.line, at: place).hasPrefix("\(code)"), "\(verb.rawValue) at \(place)")
        }
    }

    @Test(arguments: Place.allCases)
    func `what is no command has its reply in every state`(place: Place) {
        #expect(reply(to: "FROB", at: place).hasPrefix(place == .refused ? "503 5.5.1" : "500 5.5.1"))
    }

    @Test(arguments: Verb.allCases)
    func `in the data every command is text`(verb: Verb) {
        var driver = SessionDriver()
        for line in Place.recipient.lines + ["DATA"] { _ = driver.send(line: line) }
        #expect(driver.send(line: verb.rawValue) == "")
        #expect(driver.send(line: ".") == "250 2.0.0 Accepted as 1\r\n")
        #expect(driver.messages == [Array("\(verb.rawValue)\r\n".utf8)])
    }

    @Test(arguments: Verb.allCases)
    func `while the pipeline decides every command waits`(verb: Verb) throws {
        var session = ServerSession(.init(hostName: "mx.example.org"))
        #expect(session.begin() == .ask(.connect))
        let line = try #require(Self.table[verb]).line + "\r\n"
        let step = Array(line.utf8).withUnsafeBytes { session.receive($0) }
        #expect(step == .wait)
        let silence = session.takeOutput()
        #expect(silence.isEmpty)
        _ = session.answer(.proceed)
        let output = String(decoding: session.takeOutput(), as: UTF8.self)
        #expect(output.hasPrefix("220 ") && output.contains("\r\n") && (output.count > 40 || verb == .mail))
    }

    @Test(arguments: Verb.allCases)
    func `after the end nothing has a reply`(verb: Verb) {
        var driver = SessionDriver()
        _ = driver.send(line: "QUIT")
        #expect(driver.send(line: verb.rawValue) == "" && driver.isClosed)
    }

    private func reply(to line: String, at place: Place) -> String {
        guard place == .refused else {
            var driver = SessionDriver()
            for line in place.lines { _ = driver.send(line: line) }
            return driver.send(line: line)
        }
        var session = ServerSession(.init(hostName: "mx.example.org"))
        _ = session.begin()
        _ = session.answer(.refuse(Reply(.policyViolation, "No")))
        _ = session.takeOutput()
        _ = Array("\(line)\r\n".utf8).withUnsafeBytes { session.receive($0) }
        return String(decoding: session.takeOutput(), as: UTF8.self)
    }
}
