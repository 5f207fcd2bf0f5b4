import SMTP
import Testing

/// Messages about which the owner is never asked, and what it learns of them.
struct LostContentTests {
    private static let limited = ServerSession.Configuration(hostName: "mx.example.org", messageLimit: 100)
    private static let strict = ServerSession.Configuration(hostName: "mx.example.org", bareNewlines: .refuse)
    private static let envelope = "EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@example.org>\r\n"
    private static let line = String(repeating: "x", count: 58) + "\r\n"

    /// How a connection ends.
    enum End: Sendable {
        case stays, disconnects, timesOut, endsInput
    }

    private func lost(
        _ text: String, _ end: End = .stays, _ configuration: ServerSession.Configuration = limited
    ) -> LostContent? {
        var driver = SessionDriver(configuration)
        _ = driver.send((Self.envelope + text).utf8)
        switch end {
        case .stays: break
        case .disconnects: driver.session.disconnect()
        case .timesOut: _ = driver.session.timeOut()
        case .endsInput: _ = driver.session.endInput()
        }
        defer { #expect(driver.session.takeLostContent() == nil, "told once") }
        return driver.session.takeLostContent()
    }

    @Test func `a message beyond the limit is known by its size and reply`() {
        let found = lost("DATA\r\n" + Self.line + Self.line + ".\r\nNOOP\r\n")
        #expect(found?.octets == 120 && found?.reply?.code == 552 && found?.isWhole == true)
    }

    @Test func `so is one with a bare newline, and one that goes in circles`() {
        let bare = lost("DATA\r\na\nb\r\n.\r\n", .stays, Self.strict)
        #expect(bare?.octets == 6 && bare?.reply?.code == 550 && bare?.isWhole == true)
        let hops = String(repeating: "Received: x\r\n", count: 200)
        let loop = lost("DATA\r\n" + hops + "\r\n.\r\n", .stays, Self.strict)
        #expect(loop?.octets == 2_602 && loop?.reply?.isPermanent == true && loop?.isWhole == true)
    }

    @Test(arguments: [(End.disconnects, nil as Int?), (.endsInput, nil), (.timesOut, 421)])
    func `a message whose end does not come is known by what has come`(_ end: End, _ code: Int?) {
        for command in ["DATA\r\n", "BDAT 70\r\n", "BDAT 60\r\n"] {
            let found = lost(command + Self.line, end)
            #expect(found?.octets == 60 && found?.reply?.code == code && found?.isWhole == false, "\(command)")
        }
    }

    @Test func `a chunk that cannot fit ends its message, and is told of once`() {
        for last in ["", " LAST"] {
            let found = lost("BDAT 60\r\n" + Self.line + "BDAT 60\(last)\r\n" + Self.line + "BDAT 60\r\n" + Self.line)
            #expect(found?.octets == 120 && found?.reply?.code == 552 && found?.isWhole == !last.isEmpty)
        }
    }

    @Test(arguments: ["", "DATA\r\nx\r\n.\r\n", "DATA\r\n.\r\nMAIL FROM:<>\r\n", "BDAT 3 LAST\r\nx\r\n", "RSET\r\n"])
    func `nothing is lost where no content had begun, or all of it was asked about`(_ text: String) {
        for end in [End.disconnects, .timesOut] { #expect(lost(text, end) == nil) }
    }

    @Test func `a message that is being stored when the client goes is not lost`() {
        var session = ServerSession(Self.limited)
        var step = session.begin()
        while case .ask(let question) = step {
            if case .message = question { break }
            step = session.answer(.proceed)
            if step == .read {
                step = Array((Self.envelope + "BDAT 3 LAST\r\nx\r\n").utf8).withUnsafeBytes { session.receive($0) }
            }
        }
        session.disconnect()
        #expect(session.takeLostContent() == nil)
    }
}
