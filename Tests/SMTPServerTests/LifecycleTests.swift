import Logging
import SMTP
import SMTPDialogs
import SMTPServer
import StageKit
import Synchronization
import Testing

@Suite struct LifecycleTests {
    @Test func `more sessions than allowed are told to come later`() async throws {
        try await withServer(MemoryEntrance()) {
            $0.sessionLimit = 2
        } _: { address, _ in
            let first = try await TCPClient.connect(port: address.port)
            let second = try await TCPClient.connect(port: address.port)
            try await first.lines(1)
            try await second.lines(1)
            let third = try await TCPClient.connect(port: address.port)
            #expect(try await third.linesUntilClosed() == ["421 4.3.2 Too many connections; try again later"])
            try await first.send("QUIT\r\n")
            _ = try await first.linesUntilClosed()
            try await expectGreeting(address)
        }
    }

    @Test func `more sessions from one address than allowed are told to come later`() async throws {
        try await withServer(MemoryEntrance()) {
            $0.sessionLimitPerAddress = 1
        } _: { address, _ in
            let first = try await TCPClient.connect(port: address.port)
            try await first.lines(1)
            let second = try await TCPClient.connect(port: address.port)
            #expect(
                try await second.linesUntilClosed() == [
                    "421 4.7.0 Too many connections from your address; try again later"
                ])
            await first.close()
            try await expectGreeting(address)
        }
    }

    /// The server notices the end of a connection a moment after the client, so a first refusal is no fault.
    private func expectGreeting(_ address: ListenerAddress) async throws {
        for _ in 0..<200 {
            let client = try await TCPClient.connect(port: address.port)
            if try await client.lines(1) == ["220 mx.example.org ESMTP Sluice"] { return }
        }
        Issue.record("the place of a session that is over is never free again")
    }

    @Test func `a stop ends idle sessions and lets a message in progress finish`() async throws {
        let entrance = MemoryEntrance(phases: [.mail])
        try await withServer(entrance) {
            $0.gracePeriod = .seconds(60)
        } _: { address, server in
            let idle = try await TCPClient.connect(port: address.port)
            try await idle.send("EHLO c\r\n")
            try await idle.lines(10)
            let busy = try await TCPClient.connect(port: address.port)
            try await busy.send(SessionTests.envelope + "one line\r\n")
            try await busy.lines(13)

            async let stopping: Void = server.stop()
            #expect(try await idle.linesUntilClosed().last == "421 4.3.2 Service is going down; try again later")
            await #expect(throws: (any Error).self) {
                let late = try await TCPClient.connect(port: address.port)
                try await late.send("EHLO c\r\n")
                guard try await !late.linesUntilClosed().isEmpty else { throw TCPClient.Silence() }
            }
            try await busy.send("another\r\n.\r\n")
            let lines = try await busy.linesUntilClosed()
            #expect(lines.suffix(2).first?.hasPrefix("250 2.0.0 Accepted") == true)
            #expect(lines.last == "421 4.3.2 Service is going down; try again later")
            await stopping
            #expect(entrance.messages.count == 1)
        }
    }

    @Test func `a message that takes longer than the grace period is cut off and not accepted`() async throws {
        let entrance = MemoryEntrance()
        try await withServer(entrance) {
            $0.gracePeriod = .milliseconds(20)
        } _: { address, server in
            let client = try await TCPClient.connect(port: address.port)
            try await client.send(SessionTests.envelope + "half")
            try await client.lines(13)
            async let stopping: Void = server.stop()
            #expect(try await client.linesUntilClosed().last == "421 4.3.2 Service is going down; try again later")
            await stopping
            #expect(entrance.messages.isEmpty)
        }
    }

    @Test func `cancelling the task that serves stops the server`() async throws {
        let loopback = ListenerAddress(host: "127.0.0.1", port: 0)
        let session = ServerSession.Configuration(hostName: "mx.example.org")
        let server = SMTPService(.init(listeners: [loopback], session: session), logger: Logger(label: "test"))
        let port = try await server.bind().first?.port ?? 0
        let serving = Task { try await server.serve(MemoryEntrance()) }
        let client = try await TCPClient.connect(port: port)
        try await client.lines(1)
        serving.cancel()
        #expect(try await client.linesUntilClosed().last == "421 4.3.2 Service is going down; try again later")
        try await serving.value
        await server.stop()
        await server.stop()
    }

    @Test func `a server that never began can be stopped, and one that is not bound does not serve`() async throws {
        let session = ServerSession.Configuration(hostName: "mx.example.org")
        let server = SMTPService(.init(listeners: [], session: session), logger: Logger(label: "test"))
        await #expect(throws: SMTPServiceError.self) { try await server.serve(MemoryEntrance()) }
        await server.stop()
    }

    @Test func `connections wait between binding and serving`() async throws {
        let loopback = ListenerAddress(host: "127.0.0.1", port: 0)
        let session = ServerSession.Configuration(hostName: "mx.example.org")
        let server = SMTPService(.init(listeners: [loopback], session: session), logger: Logger(label: "test"))
        let port = try await server.bind().first?.port ?? 0
        let client = try await TCPClient.connect(port: port)
        try await client.send("QUIT\r\n")
        let serving = Task { try await server.serve(MemoryEntrance()) }
        #expect(
            try await client.linesUntilClosed() == ["220 mx.example.org ESMTP Sluice", "221 2.0.0 Goodbye"])
        await server.stop()
        try await serving.value
    }
}
