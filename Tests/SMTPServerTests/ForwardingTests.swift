import Addressing
import Bytes
import SMTP
import SMTPDialogs
import SMTPServer
import StageKit
import Testing

/// Clients that speak for others, and a protocol with a reply for each recipient.
@Suite struct ForwardingTests {
    private static let message = SessionTests.envelope + "text\r\n.\r\nQUIT\r\n"

    private static let binary: [UInt8] =
        [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0x00, 0x0C]
        + [203, 0, 113, 9, 127, 0, 0, 1, 0x10, 0x00, 0x00, 0x19]

    @Test(arguments: [
        (Array("PROXY TCP4 203.0.113.9 127.0.0.1 4096 25\r\n".utf8), "203.0.113.9"),
        (Array("PROXY TCP6 2001:db8::9 ::1 4096 25\r\n".utf8), "2001:db8::9"),
        (Array("PROXY UNKNOWN\r\n".utf8), "127.0.0.1"), (binary, "203.0.113.9"),
    ])
    func `a load balancer says who the client is`(header: [UInt8], address: String) async throws {
        for isCut in [false, true] {
            let entrance = MemoryEntrance()
            try await withServer(entrance) {
                $0.proxies = [AddressRange("127.0.0.0/8")].compactMap(\.self)
            } _: { listener, _ in
                let client = try await TCPClient.connect(port: listener.port)
                if isCut {
                    for octet in header { try await client.send([octet]) }
                    try await client.send(Self.message)
                } else {
                    try await client.send(header + Array(Self.message.utf8))
                }
                #expect(try await client.linesUntilClosed().last == "221 2.0.0 Goodbye")
            }
            #expect(entrance.messages.map(\.client.address) == [address])
            if address != "127.0.0.1" { #expect(entrance.messages.first?.client.port == 4_096) }
        }
    }

    @Test(arguments: [
        "EHLO c\r\n", "PROXY TCP4 203.0.113.9 127.0.0.1 4096\r\n", "PROXY TCP4 2001:db8::9 ::1 1 2\r\n",
        "PROXY TCP4 203.0.113.9 127.0.0.1 65536 25\r\n", "PROXY " + String(repeating: "x", count: 200),
        "\r\n\r\n\u{0}\r\nQUIT\n\u{31}\u{11}\u{0}\u{0C}",
    ])
    func `a load balancer that says nothing proper is not served`(header: String) async throws {
        try await withServer(MemoryEntrance()) {
            $0.proxies = [AddressRange("127.0.0.1")].compactMap(\.self)
        } _: { listener, _ in
            let client = try await TCPClient.connect(port: listener.port)
            client.sendWithoutWaiting(header)
            #expect(try await client.linesUntilClosed() == [])
        }
    }

    @Test func `others may not speak for anybody`() async throws {
        try await withServer(MemoryEntrance()) {
            $0.proxies = [AddressRange("192.0.2.0/24")].compactMap(\.self)
        } _: { listener, _ in
            let client = try await TCPClient.connect(port: listener.port)
            try await client.send("PROXY TCP4 203.0.113.9 127.0.0.1 4096 25\r\nQUIT\r\n")
            let lines = try await client.linesUntilClosed()
            #expect(lines.suffix(2) == ["500 5.5.1 Unknown command", "221 2.0.0 Goodbye"])
        }
    }

    @Test func `XCLIENT changes the client's address`() async throws {
        let entrance = MemoryEntrance(phases: [.connect])
        try await withServer(entrance) {
            $0.forwarders = [AddressRange("127.0.0.1")].compactMap(\.self)
        } _: { listener, _ in
            let client = try await TCPClient.connect(port: listener.port)
            try await client.send("XCLIENT ADDR=203.0.113.9 PORT=4096\r\n" + Self.message)
            #expect(try await client.linesUntilClosed().last == "221 2.0.0 Goodbye")
        }
        #expect(entrance.messages.map(\.client.address) == ["203.0.113.9"])
        #expect(entrance.messages.first?.trace.first?.contains("([203.0.113.9])") == true)
    }

    @Test func `LMTP tells each recipient its own`() async throws {
        let entrance = MemoryEntrance(onEach: {
            $0.address.localPart == "full" ? Reply(.insufficientStorage, "Full") : nil
        })
        try await withServer(entrance) {
            $0.session.dialect = .lmtp
        } _: { listener, _ in
            let client = try await TCPClient.connect(port: listener.port)
            try await client.send(
                "LHLO c\r\nMAIL FROM:<a@c>\r\nRCPT TO:<b@d>\r\nRCPT TO:<full@d>\r\nRCPT TO:<e@d>\r\nDATA\r\nx\r\n.\r\n"
                    + "MAIL FROM:<a@c>\r\nRCPT TO:<full@d>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n")
            let lines = try await client.linesUntilClosed().map { $0.prefix(9) }
            #expect(
                lines.suffix(8) == [
                    "250 2.0.0", "452 4.3.1", "250 2.0.0", "250 2.1.0", "250 2.1.5", "354 End d", "452 4.3.1",
                    "221 2.0.0",
                ])
        }
        #expect(entrance.messages.first?.client.transport == "LMTP")
    }

    @Test func `data that come too slowly are not waited for`() async throws {
        let entrance = MemoryEntrance()
        try await withServer(entrance) {
            $0.minimumDataRate = 1_000_000
            $0.slowStart = .milliseconds(100)
        } _: { listener, _ in
            let client = try await TCPClient.connect(port: listener.port)
            try await client.send(SessionTests.envelope)
            async let lines = client.linesUntilClosed()
            for _ in 0..<200 {
                client.sendWithoutWaiting("x")
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try await lines.last == "421 4.4.2 Nothing came for too long")
        }
        #expect(entrance.messages.isEmpty)
    }
}
