import Addressing
import Bytes
import SMTP
import SMTPDialogs
import SMTPServer
import StageKit
import StageTesting
import Testing

/// Clients that cannot wait, and clients that are made to.
@Suite struct PatienceTests {
    private static let message = SessionTests.envelope + "text\r\n.\r\nQUIT\r\n"

    @Test(arguments: [true, false]) func `who talks before the greeting is known for it`(isEarly: Bool) async throws {
        let entrance = MemoryEntrance(phases: [.connect])
        try await withServer(entrance) {
            $0.greetingDelay = .milliseconds(300)
        } _: { listener, _ in
            let client = try await TCPClient.connect(port: listener.port)
            if !isEarly { #expect(try await client.lines(1) == ["220 mx.example.org ESMTP Sluice"]) }
            try await client.send(Self.message)
            let lines = try await client.linesUntilClosed()
            #expect(lines.last == "221 2.0.0 Goodbye", "\(lines)")
        }
        #expect(entrance.messages.map(\.client.isEarlyTalker) == [isEarly])
    }

    @Test func `who talks before the greeting can be refused, and others are served`() async throws {
        let entrance = MemoryEntrance()
        try await withServer(entrance) {
            $0.greetingDelay = .milliseconds(300)
            $0.earlyTalkers = .refuse
        } _: { listener, _ in
            let early = try await TCPClient.connect(port: listener.port)
            try await early.send("EHLO c\r\nQUIT\r\n")
            #expect(
                try await early.linesUntilClosed() == [
                    "554 5.5.1 You talked before the greeting", "503 5.5.1 No service for you; send QUIT",
                    "221 2.0.0 Goodbye",
                ])
            let patient = try await TCPClient.connect(port: listener.port)
            try await patient.lines(1)
            try await patient.send(Self.message)
            #expect(try await patient.linesUntilClosed().last == "221 2.0.0 Goodbye")
        }
        #expect(entrance.messages.count == 1)
    }

    @Test func `a client that leaves before the greeting leaves nothing behind`() async throws {
        try await withServer(MemoryEntrance()) {
            $0.greetingDelay = .seconds(1)
        } _: { listener, server in
            let client = try await TCPClient.connect(port: listener.port)
            try await eventually { server.openSessions == 1 }
            await client.close()
            try await eventually { server.openSessions == 0 }
        }
    }

    @Test func `mistakes beyond the first wait for their replies one by one, and others do not`() async throws {
        let delay = Duration.milliseconds(100)
        try await withServer(MemoryEntrance()) {
            $0.session.patientErrors = 2
            $0.tarpitDelay = delay
        } _: { listener, _ in
            let (slow, quick) = (
                try await TCPClient.connect(port: listener.port), try await TCPClient.connect(port: listener.port)
            )
            let start = ContinuousClock.now
            try await slow.send("X\r\nX\r\nX\r\nX\r\nX\r\nQUIT\r\n")
            try await quick.send(Self.message)
            #expect(try await quick.linesUntilClosed().last == "221 2.0.0 Goodbye")
            let lines = try await slow.linesUntilClosed()
            #expect(lines.count == 7 && lines.last == "221 2.0.0 Goodbye", "\(lines)")
            // Three of five waited: that is the least, whatever else the machine does.
            #expect(ContinuousClock.now - start >= delay * 3)
        }
    }

    @Test func `connections that wait for their PROXY header count as sessions`() async throws {
        try await withServer(MemoryEntrance()) {
            $0.proxies = [AddressRange("127.0.0.1")].compactMap(\.self)
            $0.sessionLimit = 3
            $0.sessionLimitPerAddress = 1
        } _: { listener, server in
            var waiting: [TCPClient] = []
            for _ in 0..<3 { waiting.append(try await TCPClient.connect(port: listener.port)) }
            try await eventually { server.openSessions == 3 }
            let late = try await TCPClient.connect(port: listener.port)
            #expect(try await late.linesUntilClosed() == [])
            // The balancer's own address is no client: its limit is that of those it speaks for.
            try await waiting[0].send("PROXY TCP4 203.0.113.9 127.0.0.1 4096 25\r\n")
            #expect(try await waiting[0].lines(1) == ["220 mx.example.org ESMTP Sluice"])
            try await waiting[1].send("PROXY TCP4 203.0.113.9 127.0.0.1 4097 25\r\n")
            #expect(try await waiting[1].linesUntilClosed().first?.hasPrefix("421 4.7.0 Too many") == true)
            try await eventually { server.openSessions == 2 }
        }
    }

    @Test func `what XCLIENT says is what the trace says`() async throws {
        let entrance = MemoryEntrance()
        try await withServer(entrance) {
            $0.forwarders = [AddressRange("127.0.0.1")].compactMap(\.self)
        } _: { listener, _ in
            let client = try await TCPClient.connect(port: listener.port)
            try await client.send(
                "XCLIENT ADDR=203.0.113.9 NAME=mail.example.net\r\nXCLIENT HELO=said.example PROTO=SMTP\r\n"
                    + Self.message)
            #expect(try await client.linesUntilClosed().last == "221 2.0.0 Goodbye")
        }
        let message = try #require(entrance.messages.first)
        #expect(message.client.helo == "said.example" && message.client.transport == "SMTP")
        let trace = try #require(message.trace.first)
        #expect(trace.hasPrefix("Received: from said.example (mail.example.net [203.0.113.9])\r\n"), "\(trace)")
        #expect(trace.contains("with SMTP id"))
    }

    @Test func `a name that the reverse DNS confirmed stands in the trace`() async throws {
        let entrance = MemoryEntrance(
            phases: [.connect],
            onConnect: { message in
                message.facts["iprev.name"] = .string("mail.example.net")
                return .proceed
            })
        try await withServer(entrance) { listener, _ in
            let client = try await TCPClient.connect(port: listener.port)
            try await client.send(Self.message)
            _ = try await client.linesUntilClosed()
        }
        #expect(entrance.messages.first?.trace.first?.contains("(mail.example.net [127.0.0.1])") == true)
    }

    @Test func `a session is one line of the log, whatever it sends`() async throws {
        let log = LineLog()
        try await withServer(MemoryEntrance(), log: log) { listener, _ in
            let client = try await TCPClient.connect(port: listener.port)
            let lines = [
                String(repeating: "\u{0}\u{1}X\r\n", count: 15), String(repeating: "y", count: 300_000),
                String(repeating: "\u{0}", count: 100_000), "MAIL", "RCPT", "FOO", "",
            ]
            client.sendWithoutWaiting(lines.joined(separator: "\r\n"))
            #expect(try await client.linesUntilClosed().last == "421 4.7.0 Too many errors")
        }
        let lines = log.lines
        #expect(lines.count == 1 && lines.first?.hasPrefix("session over") == true, "\(lines)")
    }

    @Test func `NULs in the data arrive as they are`() async throws {
        let entrance = MemoryEntrance()
        try await withServer(entrance) { listener, _ in
            let client = try await TCPClient.connect(port: listener.port)
            try await client.send(SessionTests.envelope + "a\u{0}b\r\n\u{0}.\r\n.\r\nQUIT\r\n")
            #expect(try await client.linesUntilClosed().last == "221 2.0.0 Goodbye")
        }
        #expect(entrance.messages.first?.content.array == Array("a\u{0}b\r\n\u{0}.\r\n".utf8))
    }

    @Test func `an endless header is refused at the message limit, and others are served meanwhile`() async throws {
        let entrance = MemoryEntrance(messageLimit: 1_000_000)
        try await withServer(entrance) { listener, _ in
            let endless = try await TCPClient.connect(port: listener.port)
            try await endless.send(SessionTests.envelope)
            let fields = String(repeating: "X-Field: value of the field\r\n", count: 4_000)
            for _ in 0..<12 {
                try await endless.send(fields)
                let other = try await TCPClient.connect(port: listener.port)
                try await other.send(Self.message)
                #expect(try await other.linesUntilClosed().last == "221 2.0.0 Goodbye")
            }
            try await endless.send(".\r\nQUIT\r\n")
            #expect(try await endless.linesUntilClosed().suffix(2).first?.hasPrefix("552 5.3.4") == true)
        }
        #expect(entrance.messages.count == 12)
    }
}

/// Waits for what comes without a sign.
private func eventually(_ holds: () -> Bool) async throws {
    for _ in 0..<2_000 {
        if holds() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    Issue.record("what was waited for did not come")
}
