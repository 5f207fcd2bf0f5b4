import Addressing
import Bytes
import SMTP
import SMTPDialogs
import SMTPServer
import StageKit
import Testing

@Suite struct SessionTests {
    static let envelope = "EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"

    @Test func `a message arrives octet for octet with its envelope and trace`() async throws {
        let entrance = MemoryEntrance()
        try await withServer(entrance) { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            try await client.send(Self.envelope)
            try await client.lines(13)
            try await client.send(
                Array("Subject: x\r\n\r\n..dot\r\n".utf8) + [0x00, 0xFF, 0x0D, 0x0A] + Array(".\r\nQUIT\r\n".utf8))
            let lines = try await client.linesUntilClosed()
            let message = try #require(entrance.messages.first)
            #expect(lines.suffix(2) == ["250 2.0.0 Accepted as \(message.id)", "221 2.0.0 Goodbye"])
            #expect(message.content.array == Array("Subject: x\r\n\r\n.dot\r\n".utf8) + [0x00, 0xFF, 0x0D, 0x0A])
            #expect(message.reversePath == .address(EmailAddress(localPart: "a", domain: "c.example")))
            #expect(message.recipients.map(\.address.description) == ["b@example.org"])
            #expect(message.client.address == "127.0.0.1" && message.client.helo == "c.example")
            #expect(
                message.trace == [
                    "Received: from c.example ([127.0.0.1])\r\n\tby mx.example.org with ESMTP id \(message.id)\r\n"
                        + "\tfor <b@example.org>;\r\n\tTue, 14 Nov 2023 22:13:20 +0000\r\n"
                ])
        }
    }

    @Test func `several recipients are not told of each other, and a strange name does no harm`() async throws {
        let entrance = MemoryEntrance()
        try await withServer(entrance) { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            try await client.send(
                "HELO x(y)z;\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nRCPT TO:<Postmaster>\r\nDATA\r\n.\r\nQUIT\r\n"
            )
            _ = try await client.linesUntilClosed()
            let message = try #require(entrance.messages.first)
            #expect(message.recipients.map(\.address.description) == ["b@example.org", "postmaster@mx.example.org"])
            #expect(message.recipients.map(\.index) == [0, 1])
            #expect(message.trace.first?.contains("for <") == false)
            #expect(message.trace.first?.hasPrefix("Received: from x?y?z? ([127.0.0.1])\r\n") == true)
            #expect(message.trace.first?.contains("with SMTP id") == true)
        }
    }

    @Test func `the phases of the pipeline decide`() async throws {
        let entrance = MemoryEntrance(
            phases: Set(SessionPhase.allCases),
            onConnect: { message in
                message.facts["seen"] = .string("connect")
                return .proceed
            },
            onMail: { message in
                await Task.yield()
                return message.reversePath == .null ? .refuse(Reply(550, nil, "No reports")) : .proceed
            },
            onRecipient: { recipient, message in
                recipient.facts["place"] = .int(message.recipients.count)
                return recipient.address.localPart == "x" ? .refuse(Reply(.unknownMailbox, "No such user")) : .proceed
            },
            onMessage: { $0.content.isEmpty ? Reply(.policyViolation, "Nothing in it") : nil })
        try await withServer(entrance) { address, _ in
            let client = try await TCPClient.connect(port: address.port)
            try await client.send(
                """
                HELO c\r\nMAIL FROM:<>\r\nMAIL FROM:<a@c>\r\nRCPT TO:<b@d>\r\nRCPT TO:<x@d>\r\nRCPT TO:<c@d>\r\nDATA\r\n.\r
                MAIL FROM:<a@c>\r\nRCPT TO:<b@d>\r\nDATA\r\ntext\r\n.\r\nQUIT\r\n
                """)
            let lines = try await client.linesUntilClosed()
            #expect(
                lines.map { String($0.prefix(9)) } == [
                    "220 mx.ex", "250 mx.ex", "550 5.0.0", "250 2.1.0", "250 2.1.5", "550 5.1.1", "250 2.1.5",
                    "354 End d",
                    "550 5.7.1", "250 2.1.0", "250 2.1.5", "354 End d", "250 2.0.0", "221 2.0.0",
                ])
            let message = try #require(entrance.messages.first)
            #expect(entrance.messages.count == 1)
            #expect(message.facts["seen"] == .string("connect"))
            #expect(message.recipients.first?.facts["place"] == .int(0))
        }
    }

    @Test func `the smaller of both message limits is announced and enforced`() async throws {
        for (session, pipeline) in [(5_000, 9_000), (9_000, 5_000)] {
            let entrance = MemoryEntrance(messageLimit: pipeline)
            try await withServer(entrance) {
                $0.session.messageLimit = session
            } _: { address, _ in
                let client = try await TCPClient.connect(port: address.port)
                try await client.send(Self.envelope + String(repeating: "x", count: 5_001) + "\r\n.\r\nQUIT\r\n")
                let lines = try await client.linesUntilClosed()
                #expect(lines.contains("250-SIZE 5000"))
                #expect(lines.suffix(2).first?.hasPrefix("552 5.3.4") == true)
                #expect(entrance.messages.isEmpty)
            }
        }
    }

    @Test func `a taken port is named`() async throws {
        try await withServer(MemoryEntrance()) { address, _ in
            await #expect(throws: SMTPServiceError.self) {
                try await withServer(MemoryEntrance()) {
                    $0.listeners = [address]
                } _: { _, _ in
                }
            }
            #expect(
                SMTPServiceError.addressTaken(address).description.hasPrefix(
                    "cannot listen on 127.0.0.1:\(address.port): port \(address.port) is taken"))
        }
    }
}
