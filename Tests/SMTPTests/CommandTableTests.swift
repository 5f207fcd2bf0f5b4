import Bytes
import SMTP
import Testing

/// Every command in every state has a defined reply.
@Suite struct CommandTableTests {
    /// The states between commands, and what brings a session there.
    enum Place: String, CaseIterable, Sendable {
        case unidentified, ready, sender, recipient, chunked, refused, plainHello, secured, securedSender, lmtp
        case lmtpRecipient

        var lines: [String] {
            switch self {
            case .unidentified, .refused: []
            case .ready: ["EHLO c"]
            case .plainHello: ["HELO c"]
            case .sender: Place.ready.lines + ["MAIL FROM:<a@c>"]
            case .recipient: Place.sender.lines + ["RCPT TO:<b@d>"]
            case .chunked: Place.recipient.lines + ["BDAT 0"]
            case .secured: ["STARTTLS", "EHLO c"]
            case .securedSender: Place.secured.lines + ["MAIL FROM:<a@c>"]
            case .lmtp: ["LHLO c"]
            case .lmtpRecipient: Place.lmtp.lines + ["MAIL FROM:<a@c>", "RCPT TO:<b@d>"]
            }
        }

        /// A server that offers everything.
        var configuration: ServerSession.Configuration {
            var configuration = ServerSession.Configuration(hostName: "mx.example.org")
            configuration.startTLS = .offered
            configuration.mechanisms = ["PLAIN"]
            configuration.offersDSN = true
            configuration.dialect = self == .lmtp || self == .lmtpRecipient ? .lmtp : .smtp
            return configuration
        }
    }

    /// The reply codes in the order of `Place.allCases`, for a command with a proper argument.
    ///
    /// Chunks are of no octets, so that what follows is a command again.
    static let table: [Verb: (line: String, codes: [Int])] = [
        .helo: ("HELO c", [250, 250, 250, 250, 250, 503, 250, 250, 250, 500, 500]),
        .ehlo: ("EHLO c", [250, 250, 250, 250, 250, 503, 250, 250, 250, 500, 500]),
        .lhlo: ("LHLO c", [502, 502, 502, 502, 502, 503, 502, 502, 502, 250, 250]),
        .mail: ("MAIL FROM:<a@c>", [503, 250, 503, 503, 503, 503, 250, 250, 503, 250, 503]),
        .rcpt: ("RCPT TO:<b@d>", [503, 503, 250, 250, 503, 503, 503, 503, 250, 503, 250]),
        .data: ("DATA", [503, 503, 503, 354, 503, 503, 503, 503, 503, 503, 354]),
        .bdat: ("BDAT 0", [503, 503, 503, 250, 250, 503, 502, 503, 503, 503, 250]),
        .rset: ("RSET", [250, 250, 250, 250, 250, 503, 250, 250, 250, 250, 250]),
        .noop: ("NOOP", [250, 250, 250, 250, 250, 503, 250, 250, 250, 250, 250]),
        .quit: ("QUIT", [221, 221, 221, 221, 221, 221, 221, 221, 221, 221, 221]),
        .vrfy: ("VRFY a", [252, 252, 252, 252, 252, 503, 252, 252, 252, 252, 252]),
        .expn: ("EXPN a", [502, 502, 502, 502, 502, 503, 502, 502, 502, 502, 502]),
        .help: ("HELP", [214, 214, 214, 214, 214, 503, 214, 214, 214, 214, 214]),
        .starttls: ("STARTTLS", [220, 220, 220, 220, 220, 503, 220, 503, 503, 220, 220]),
        .auth: ("AUTH PLAIN AGEAYg==", [503, 538, 538, 538, 538, 503, 503, 235, 503, 538, 538]),
        .xclient: ("XCLIENT NAME=a", [220, 220, 503, 503, 503, 503, 220, 220, 503, 220, 503]),
        .etrn: ("ETRN a", [502, 502, 502, 502, 502, 503, 502, 502, 502, 502, 502]),
        .atrn: ("ATRN a", [502, 502, 502, 502, 502, 503, 502, 502, 502, 502, 502]),
        .turn: ("TURN", [502, 502, 502, 502, 502, 503, 502, 502, 502, 502, 502]),
        .send: ("SEND FROM:<a@c>", [502, 502, 502, 502, 502, 503, 502, 502, 502, 502, 502]),
        .soml: ("SOML FROM:<a@c>", [502, 502, 502, 502, 502, 503, 502, 502, 502, 502, 502]),
        .saml: ("SAML FROM:<a@c>", [502, 502, 502, 502, 502, 503, 502, 502, 502, 502, 502]),
        .get: ("GET /", [421, 500, 500, 500, 500, 503, 500, 500, 500, 500, 500]),
        .post: ("POST /", [421, 500, 500, 500, 500, 503, 500, 500, 500, 500, 500]),
        .put: ("PUT /", [421, 500, 500, 500, 500, 503, 500, 500, 500, 500, 500]),
        .head: ("HEAD /", [421, 500, 500, 500, 500, 503, 500, 500, 500, 500, 500]),
        .options: ("OPTIONS *", [421, 500, 500, 500, 500, 503, 500, 500, 500, 500, 500]),
        .connect: ("CONNECT a:25", [421, 500, 500, 500, 500, 503, 500, 500, 500, 500, 500]),
    ]

    @Test(arguments: Verb.allCases)
    func `a command has its reply in every state`(verb: Verb) throws {
        let row = try #require(Self.table[verb], "the table has no row for \(verb.rawValue)")
        #expect(row.codes.count == Place.allCases.count, "the row of \(verb.rawValue) lacks a state")
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
    func `in a chunk every command is text`(verb: Verb) {
        var driver = SessionDriver()
        for line in Place.recipient.lines + ["BDAT \(verb.rawValue.utf8.count + 2) LAST"] {
            _ = driver.send(line: line)
        }
        #expect(driver.send(line: verb.rawValue) == "250 2.0.0 Accepted as 1\r\n")
        #expect(driver.messages == [Array("\(verb.rawValue)\r\n".utf8)])
    }

    /// What is sent before the handshake could be anybody's, so it must never be read (RFC 3207, section 6).
    @Test(arguments: Verb.allCases)
    func `before a handshake every command is thrown away`(verb: Verb) throws {
        var session = ServerSession(Place.ready.configuration)
        _ = session.begin()
        _ = session.answer(.proceed)
        let line = try #require(Self.table[verb]).line
        let step = Array("EHLO c\r\nSTARTTLS\r\n\(line)\r\n".utf8).withUnsafeBytes { session.receive($0) }
        #expect(step == .startTLS)
        let late = Array("\(line)\r\n".utf8).withUnsafeBytes { session.receive($0) }
        #expect(late == .wait)
        _ = session.takeOutput()
        let next = session.secure(DialogPlayer.tls)
        let (output, state, hello) = (session.takeOutput(), session.state, session.hello)
        #expect(next == .read && output.isEmpty && state == .unidentified && hello == "")
    }

    /// The line may look like a command; it is base64, or it is not.
    @Test(arguments: Verb.allCases)
    func `in an exchange about who the client is every command is a response`(verb: Verb) {
        var session = ServerSession(Place.secured.configuration)
        _ = session.begin(over: DialogPlayer.tls)
        _ = session.answer(.proceed)
        _ = Array("EHLO c\r\nAUTH PLAIN\r\n".utf8).withUnsafeBytes { session.receive($0) }
        _ = session.answer(.challenge([]))
        _ = session.takeOutput()
        let step = Array("\(verb.rawValue)\r\n".utf8).withUnsafeBytes { session.receive($0) }
        let output = String(decoding: session.takeOutput(), as: UTF8.self)
        if case .ask(.authenticate(.response)) = step { return }
        #expect(output.hasPrefix("501 5.5.2"))
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
            var driver = SessionDriver(place.configuration, allowingXCLIENT: true)
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
