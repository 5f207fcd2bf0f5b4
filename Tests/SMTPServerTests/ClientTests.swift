import Bytes
import SMTPServer
import StageKit
import Testing

/// Real programs deliver to the real server.
@Suite struct ClientTests {
    /// A message with everything that a transport can spoil: leading dots, empty lines, octets beyond ASCII, a long line.
    static let difficult: [UInt8] =
        Array("From: a@c.example\r\nSubject: dots\r\n\r\n.\r\n..\r\n.a\r\n\r\n".utf8)
        + Array("gr\u{FC}\u{DF}e \u{1F600}\r\n".utf8) + Array(repeating: 0x78, count: 900) + Array("\r\n.\r\n\r\n".utf8)

    @Test(.enabled(if: Tool.isInstalled("python3"), "python3 is not installed"))
    func `Python's smtplib delivers octet for octet`() async throws {
        let entrance = MemoryEntrance()
        try await withServer(entrance) { address, _ in
            try await Tool.withFile(Self.difficult) { file in
                let program = """
                    import smtplib, sys
                    octets = open(sys.argv[2], 'rb').read()
                    with smtplib.SMTP('127.0.0.1', int(sys.argv[1]), local_hostname='c.example') as server:
                        for number in range(20):
                            refused = server.sendmail(f'a{number}@c.example', ['b@example.org', 'c@example.org'], octets,
                                mail_options=['BODY=8BITMIME'])
                            assert refused == {}, refused
                        assert server.noop()[0] == 250 and server.verify('b')[0] == 252 and server.help()
                    """
                let outcome = try await Tool.run("python3", ["-c", program, "\(address.port)", file])
                #expect(outcome.status == 0, "\(outcome.output)")
            }
        }
        #expect(entrance.messages.count == 20)
        #expect(entrance.messages.allSatisfy { $0.content.array == Self.difficult && $0.recipients.count == 2 })
    }

    @Test(.enabled(if: Tool.isInstalled("swaks"), "swaks is not installed"))
    func `swaks delivers one by one and pipelined`() async throws {
        let entrance = MemoryEntrance()
        try await withServer(entrance) { address, _ in
            for option in [[], ["--pipeline"]] {
                let outcome = try await Tool.run(
                    "swaks",
                    [
                        "--server", "127.0.0.1", "--port", "\(address.port)", "--helo", "c.example", "--from",
                        "a@c.example",
                        "--to", "b@example.org,c@example.org", "--data", "Subject: hi\\n\\n.text\\n", "--suppress-data",
                    ] + option)
                #expect(outcome.status == 0, "\(outcome.output)")
            }
        }
        #expect(entrance.messages.count == 2)
        #expect(entrance.messages.allSatisfy { $0.recipients.count == 2 })
        #expect(
            entrance.messages.allSatisfy { String(decoding: $0.content.array, as: UTF8.self).contains("\r\n.text\r\n") }
        )
    }

    @Test(
        .enabled(if: Tool.isInstalled("smtp-source"), "Postfix's smtp-source is not installed"),
        arguments: [[], ["-d"]], [1, 2])
    func `smtp-source delivers over many sessions at once`(options: [String], threads: Int) async throws {
        let entrance = MemoryEntrance(phases: [.mail, .recipient])
        try await withServer(entrance) {
            $0.threads = threads
        } _: { address, _ in
            let outcome = try await Tool.run(
                "smtp-source",
                options + [
                    "-s", "50", "-m", "1000", "-l", "5120", "-r", "2", "-f", "a@c.example", "-t", "b@example.org",
                ]
                    + ["127.0.0.1:\(address.port)"])
            #expect(outcome.status == 0, "\(outcome.output)")
        }
        let messages = entrance.messages
        #expect(messages.count == 1_000 && Set(messages.map(\.id)).count == 1_000)
        #expect(messages.allSatisfy { $0.recipients.count == 2 && $0.content.count > 5_000 })
    }
}
