import Bytes
import Logging
import SMTP
import SMTPDialogs
import SMTPServer
import StageKit
import Testing

/// Clients that are slow, rude or gone do no harm to the others.
@Suite struct HostileClientTests {
    static let message = SessionTests.envelope + "text\r\n.\r\n"

    /// Delivers one message over a new connection; the others must not keep it from that.
    private func deliverNormally(_ address: ListenerAddress) async throws {
        let client = try await TCPClient.connect(port: address.port)
        try await client.send(Self.message + "QUIT\r\n")
        let lines = try await client.linesUntilClosed()
        #expect(lines.last == "221 2.0.0 Goodbye" && lines.suffix(2).first?.hasPrefix("250 2.0.0") == true)
    }

    @Test func `a client that sends octet by octet is served`() async throws {
        let entrance = MemoryEntrance()
        try await withServer(entrance) { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            for octet in (Self.message + "QUIT\r\n").utf8 { try await client.send([octet]) }
            #expect(try await client.linesUntilClosed().last == "221 2.0.0 Goodbye")
            #expect(entrance.messages.map(\.content.array) == [Array("text\r\n".utf8)])
        }
    }

    @Test func `a client that has ended its side still gets all replies`() async throws {
        let entrance = MemoryEntrance(phases: [.recipient])
        try await withServer(entrance) { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            try await client.send(Self.message)
            try await client.endOutput()
            let lines = try await client.linesUntilClosed()
            #expect(lines.last?.hasPrefix("250 2.0.0 Accepted") == true)
            #expect(entrance.messages.count == 1)
        }
    }

    @Test func `a message whose end never comes is not accepted`() async throws {
        let entrance = MemoryEntrance()
        try await withServer(entrance) { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            try await client.send(SessionTests.envelope + "text\r\n.\r")
            try await client.endOutput()
            _ = try await client.linesUntilClosed()
            #expect(entrance.messages.isEmpty)
        }
    }

    @Test func `a command of a megabyte ends the session with a word`() async throws {
        try await withServer(MemoryEntrance()) { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            client.sendWithoutWaiting(String(repeating: "x", count: 1_100_000))
            #expect(try await client.linesUntilClosed().last == "421 4.7.0 Too much input")
            try await deliverNormally(address)
        }
    }

    @Test func `a burst of pipelined messages is served in order`() async throws {
        let entrance = MemoryEntrance(phases: [.mail])
        let transaction = "MAIL FROM:<a@c>\r\nRCPT TO:<b@d>\r\nDATA\r\n"
        try await withServer(entrance) { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            let burst = (0..<500).map { "\(transaction)\($0)\r\n.\r\n" }.joined()
            client.sendWithoutWaiting("EHLO c\r\n" + burst + "QUIT\r\n")
            #expect(try await client.linesUntilClosed().last == "221 2.0.0 Goodbye")
            let bodies = entrance.messages.map { String(decoding: $0.content.array, as: UTF8.self) }
            #expect(bodies == (0..<500).map { "\($0)\r\n" })
        }
    }

    @Test func `a burst of new clients waits in the kernel, and none is turned away`() async throws {
        let loopback = ListenerAddress(host: "127.0.0.1", port: 0)
        let session = ServerSession.Configuration(hostName: "mx.example.org")
        let server = SMTPService(.init(listeners: [loopback], session: session), logger: Logger(label: "test"))
        let address = try #require(try await server.bind().first)
        // Nobody is accepted yet; one whose SYN is dropped would try in vain until its time is over.
        let clients = try await withThrowingTaskGroup(of: TCPClient.self) { group in
            for _ in 0..<400 { group.addTask { try await TCPClient.connect(port: address.port) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(clients.count == 400)
        for client in clients { await client.close() }
        await server.stop()
    }

    @Test func `clients that leave within a command are let go`() async throws {
        try await withServer(MemoryEntrance()) { address, server in
            for _ in 0..<50 {
                let client = try await TCPClient.connect(port: address.port)
                try await client.lines(1)
                try await client.send("EHLO attacker.exa")
                try await client.endOutput()
                #expect(try await client.linesUntilClosed() == ["220 mx.example.org ESMTP Sluice"])
            }
            try await deliverNormally(address)
        }
    }

    @Test func `a client that never reads is not read from any more`() async throws {
        try await withServer(MemoryEntrance()) {
            $0.session.idleCommandLimit = .max
            $0.commandTimeout = .seconds(2)
            $0.lingering = .milliseconds(50)
        } _: { address, server in
            let client = try await TCPClient.connect(port: address.port, isReading: false)
            // More than all buffers of both kernels hold, so that it can only wait or be cut off.
            client.sendWithoutWaiting("EHLO c\r\n" + String(repeating: "NOOP\r\n", count: 20_000_000))
            try await deliverNormally(address)
            // Its replies cannot leave, so it makes no progress and its time runs out.
            let start = ContinuousClock.now
            while server.openSessions > 0, ContinuousClock.now - start < TCPClient.patience {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(server.openSessions == 0)
            await client.close()
        }
    }

    @Test func `a client that writes on after it was cut off is left, though its time is not over`() async throws {
        try await withServer(MemoryEntrance()) {
            $0.lingering = .seconds(20)
            $0.lingeringOctets = 100_000
        } _: { address, server in
            let client = try BareSocket(port: address.port)
            let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
            var written = 0
            // More than all buffers of both kernels hold.
            while written < 50_000_000, let count = client.write(piece) {
                written += count
                if count == 0 { try await Task.sleep(for: .milliseconds(1)) }
            }
            try #require(written < 50_000_000)
            while server.openSessions > 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test func `a silent client is told that its time is over`() async throws {
        try await withServer(MemoryEntrance()) {
            $0.commandTimeout = .milliseconds(50)
        } _: { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            #expect(
                try await client.linesUntilClosed() == [
                    "220 mx.example.org ESMTP Sluice", "421 4.4.2 Nothing came for too long",
                ])
        }
    }

    @Test func `an octet now and then does not keep a session open`() async throws {
        try await withServer(MemoryEntrance()) {
            $0.commandTimeout = .milliseconds(100)
        } _: { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            async let lines = client.linesUntilClosed()
            for _ in 0..<200 {
                client.sendWithoutWaiting("N")
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try await lines.last == "421 4.4.2 Nothing came for too long")
        }
    }

    @Test func `a client that stops within the data loses its message`() async throws {
        let entrance = MemoryEntrance()
        try await withServer(entrance) {
            $0.dataTimeout = .milliseconds(50)
        } _: { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            try await client.send(SessionTests.envelope + "half")
            #expect(try await client.linesUntilClosed().last == "421 4.4.2 Nothing came for too long")
            #expect(entrance.messages.isEmpty)
        }
    }

    @Test func `what is sent while the pipeline thinks is kept within bounds`() async throws {
        let entrance = MemoryEntrance(
            phases: [.mail],
            onMail: { _ in
                await HostileClientTests.pause(.milliseconds(300))
                return .proceed
            })
        try await withServer(entrance) {
            $0.session.idleCommandLimit = .max
        } _: { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            client.sendWithoutWaiting(
                "EHLO c\r\nMAIL FROM:<a@c>\r\n" + String(repeating: "NOOP\r\n", count: 1_000_000) + "QUIT\r\n")
            let lines = try await client.linesUntilClosed()
            #expect(lines.last == "221 2.0.0 Goodbye" && lines.count == 1_000_012)
        }
    }

    static func pause(_ duration: Duration) async {
        do {
            try await Task.sleep(for: duration)
        } catch {
            // Cancelled: the client has gone, and so nobody needs the pause.
        }
    }
}
