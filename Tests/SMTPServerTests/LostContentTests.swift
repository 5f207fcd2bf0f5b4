import Bytes
import Glibc
import SMTP
import SMTPDialogs
import SMTPServer
import StageKit
import StageTesting
import Synchronization
import Testing

/// What the log says of messages that the pipeline never saw.
@Suite struct LostContentTests {
    private static let text = SessionTests.envelope + "Subject: x\r\n\r\nhalf"

    /// The lines about messages, each with the id that the message had.
    private func lines(_ log: LineLog, _ text: String) -> [[String: String]] {
        log.metadata(of: text).map { $0.filter { $0.key != "message.id" || $0.value == "-" } }
    }

    @Test func `a message that is too large is one line of the log, under its own number`() async throws {
        let log = LineLog()
        let ids = Mutex<[String]>([])
        let entrance = MemoryEntrance(
            phases: [.mail],
            onMail: { message in
                let id = message.id.description
                ids.withLock { $0.append(id) }
                return .proceed
            })
        try await withServer(entrance, log: log) {
            $0.session.messageLimit = 1_000
        } _: { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            let large = String(repeating: "0123456789\r\n", count: 100) + ".\r\n"
            // The next message begins at once, which must not lend its number.
            try await client.send(
                SessionTests.envelope + large
                    + "MAIL FROM:<a@c.example>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n")
            #expect(try await client.linesUntilClosed().last == "221 2.0.0 Goodbye")
        }
        let metadata = log.metadata(of: "message refused")
        #expect(
            metadata == [
                [
                    "message.id": try #require(ids.withLock { $0.first }), "client": "127.0.0.1", "octets": "1200",
                    "reply": "552 5.3.4 Message is larger than this server takes",
                ]
            ])
        #expect(entrance.messages.count == 1 && log.metadata(of: "message cut off").isEmpty)
    }

    @Test func `a client that disappears within its data is one line of the log`() async throws {
        let log = LineLog()
        try await withServer(MemoryEntrance(), log: log) { address, server in
            let client = try await TCPClient.connect(port: address.port)
            try await client.send(Self.text)
            try await client.lines(13)
            await client.close()
            while server.openSessions > 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(lines(log, "message cut off") == [["client": "127.0.0.1", "octets": "18", "reply": "none"]])
    }

    @Test func `so is a message that the end of the grace period cuts off`() async throws {
        let log = LineLog()
        var reply = ""
        try await withServer(MemoryEntrance(), log: log) {
            $0.gracePeriod = .milliseconds(20)
        } _: { address, server in
            let client = try await TCPClient.connect(port: address.port)
            try await client.send(Self.text)
            try await client.lines(13)
            async let stopping: Void = server.stop()
            reply = try await client.linesUntilClosed().last ?? ""
            await stopping
        }
        #expect(reply.hasPrefix("421 4.3.2 "))
        #expect(lines(log, "message cut off") == [["client": "127.0.0.1", "octets": "18", "reply": reply]])
    }

    @Test func `a message that pauses for too long is told the time, and so is the log`() async throws {
        let log = LineLog()
        try await withServer(MemoryEntrance(), log: log) {
            $0.dataTimeout = .milliseconds(100)
        } _: { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            try await client.send(Self.text)
            let reply = try await client.linesUntilClosed().last ?? ""
            #expect(reply.hasPrefix("421 "))
            #expect(lines(log, "message cut off") == [["client": "127.0.0.1", "octets": "18", "reply": reply]])
        }
    }

    @Test func `a connection that the client resets is said in our words`() async throws {
        let log = LineLog()
        try await withServer(MemoryEntrance(), log: log) { address, server in
            try resetConnection(to: address.port)
            while server.openSessions > 0 || log.lines.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(log.lines == ["session over"] && log.reasons == ["connection reset by the client"])
    }

    /// Connects, reads the greeting, and goes with a reset, as a machine does that has lost power and come back.
    private func resetConnection(to port: Int) throws {
        let client = try BareSocket(port: port)
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(client.descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
