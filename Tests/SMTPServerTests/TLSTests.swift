import Foundation
import NIOCore
import NIOSSL
import SMTP
import SMTPDialogs
import SMTPServer
import StageKit
import StageTesting
import Testing

/// Encrypted connections to the real server, with certificates that `openssl` makes.
@Suite(.enabled(if: Tool.isInstalled("openssl"), "openssl is not installed")) struct TLSTests {
    private static let envelope = "EHLO c.example\r\nMAIL FROM:<a@c.example>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"

    /// Runs a server with certificates for these names, the second address being the one that is encrypted at once.
    private func withTLSServer(
        _ names: [[String]], _ entrance: MemoryEntrance = MemoryEntrance(), log: LineLog? = nil,
        _ change: (inout SMTPService.Configuration) -> Void = { _ in },
        _ body: (_ plain: Int, _ encrypted: Int, _ directory: String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            var settings = TLSSettings(
                certificates: try names.enumerated().map { number, names in
                    let made = try TestCertificate(for: names, in: directory, named: "c\(number)")
                    return CertificateFiles(certificate: made.certificate, key: made.key)
                })
            let encrypted = try FreePort.any()
            settings.listeners = [ListenerAddress(host: "127.0.0.1", port: encrypted)]
            let tls = settings
            try await withServer(entrance, log: log) {
                $0.tls = tls
                $0.session.startTLS = .offered
                change(&$0)
            } _: { address, _ in
                try await body(address.port, encrypted, directory)
            }
        }
    }

    @Test func `mail after STARTTLS has its version and cipher in the trace`() async throws {
        let entrance = MemoryEntrance()
        try await withTLSServer([["mx.example.org"]], entrance) { plain, _, _ in
            let client = try await TCPClient.connect(port: plain)
            try await client.send("EHLO c.example\r\nSTARTTLS\r\n")
            try await client.lines(12)
            try await client.startTLS()
            try await client.send(Self.envelope + "secret\r\n.\r\nQUIT\r\n")
            #expect(try await client.linesUntilClosed().last == "221 2.0.0 Goodbye")
        }
        let message = try #require(entrance.messages.first)
        #expect(message.client.transport == "ESMTPS" && message.client.tls?.version == "TLSv1.3")
        #expect(message.client.tls?.cipher.hasPrefix("TLS_") == true)
        let trace = try #require(message.trace.first)
        #expect(trace.contains("with ESMTPS id") && trace.contains("\ttls TLS_") && trace.contains("(TLSv1.3)"))
    }

    @Test func `a connection may be encrypted from its first octet on`() async throws {
        let entrance = MemoryEntrance(phases: [.connect, .mail])
        try await withTLSServer([["mx.example.org"]], entrance) { _, encrypted, _ in
            let client = try await TCPClient.connect(port: encrypted, encryptedFor: "mx.example.org")
            try await client.send(Self.envelope + "secret\r\n.\r\nQUIT\r\n")
            let lines = try await client.linesUntilClosed()
            #expect(lines.first == "220 mx.example.org ESMTP Sluice" && lines.last == "221 2.0.0 Goodbye")
        }
        #expect(entrance.messages.first?.client.tls != nil)
    }

    @Test func `each name gets its certificate, and others the first`() async throws {
        try await withTLSServer([["one.example"], ["two.example", "*.wild.example"]]) { _, encrypted, _ in
            for (asked, expected) in [
                ("one.example", "one.example"), ("two.example", "two.example"), ("TWO.example", "two.example"),
                ("a.wild.example", "two.example"), ("a.b.wild.example", "one.example"),
                ("wild.example", "one.example"), ("other.example", "one.example"),
            ] {
                let client = try await TCPClient.connect(port: encrypted, encryptedFor: asked)
                try await client.lines(1)
                let certificate = try #require(try await client.certificate)
                let names = certificate._subjectAlternativeNames().map { String(decoding: $0.contents, as: UTF8.self) }
                #expect(names.first == expected, "\(asked)")
                await client.close()
            }
        }
    }

    @Test func `a renewed certificate is used without a restart, and a broken one is not`() async throws {
        try await withTLSServer([["old.example"]]) { _, encrypted, directory in
            func name() async throws -> String? {
                let client = try await TCPClient.connect(port: encrypted, encryptedFor: "x.example")
                try await client.lines(1)
                defer { client.channel.close(promise: nil) }
                return try await client.certificate?._subjectAlternativeNames().first.map {
                    String(decoding: $0.contents, as: UTF8.self)
                }
            }
            #expect(try await name() == "old.example")
            try Data("no certificate".utf8).write(to: URL(filePath: "\(directory)/c0.pem"))
            try await Task.sleep(for: .milliseconds(1_100))
            #expect(try await name() == "old.example")
            _ = try TestCertificate(for: ["new.example"], in: directory, named: "c0")
            let start = ContinuousClock.now
            var current = try await name()
            while current != "new.example", ContinuousClock.now - start < TCPClient.patience {
                try await Task.sleep(for: .milliseconds(100))
                current = try await name()
            }
            #expect(current == "new.example")
        }
    }

    @Test func `a missing file, one without a certificate, and a key of another are named before anything opens`()
        async throws
    {
        try await withTemporaryDirectory { directory in
            let one = try TestCertificate(for: ["one.example"], in: directory, named: "one")
            let two = try TestCertificate(for: ["two.example"], in: directory, named: "two")
            for (certificate, key, part) in [
                (one.certificate, two.key, "does not belong to the certificate"),
                (directory + "/none", one.key, "cannot read \(directory)/none"),
                (one.key, one.key, "has no certificate"),
                (one.certificate, one.certificate, "has no private key"),
            ] {
                let error = await #expect(throws: CertificateError.self) {
                    try await withServer(MemoryEntrance()) {
                        $0.tls = TLSSettings(certificates: [CertificateFiles(certificate: certificate, key: key)])
                    } _: { _, _ in
                    }
                }
                #expect(error?.description.contains(part) == true, "\(String(describing: error))")
            }
        }
    }

    @Test func `garbage instead of a handshake ends that connection alone`() async throws {
        try await withTLSServer([["mx.example.org"]]) { plain, encrypted, _ in
            for garbage in ["EHLO c\r\n", String(repeating: "\u{16}\u{3}\u{1}\u{7f}\u{7f}", count: 10_000), "\u{0}"] {
                let client = try await TCPClient.connect(port: encrypted)
                client.sendWithoutWaiting(garbage)
                if garbage == "\u{0}" { await client.close() } else { _ = try await client.linesUntilClosed() }
                let upgraded = try await TCPClient.connect(port: plain)
                try await upgraded.send("STARTTLS\r\n")
                try await upgraded.lines(2)
                upgraded.sendWithoutWaiting(garbage)
                if garbage == "\u{0}" { await upgraded.close() } else { _ = try await upgraded.linesUntilClosed() }
            }
            let client = try await TCPClient.connect(port: encrypted, encryptedFor: "mx.example.org")
            try await client.send("QUIT\r\n")
            #expect(try await client.linesUntilClosed().last == "221 2.0.0 Goodbye")
        }
    }

    @Test func `a handshake that fails is one short line of the log`() async throws {
        let log = LineLog()
        try await withTLSServer([["mx.example.org"]], log: log) { plain, encrypted, server in
            let direct = try await TCPClient.connect(port: encrypted)
            direct.sendWithoutWaiting("EHLO c\r\n")
            _ = try await direct.linesUntilClosed()
            let upgraded = try await TCPClient.connect(port: plain)
            try await upgraded.send("EHLO c\r\nSTARTTLS\r\n")
            while let line = try await upgraded.takeLine(), !line.hasPrefix("220 2.0.0") {}
            upgraded.sendWithoutWaiting("EHLO c\r\n")
            _ = try await upgraded.linesUntilClosed()
        }
        #expect(log.lines == ["session over", "session over"])
        let reason = "the TLS handshake failed: WRONG_VERSION_NUMBER"
        #expect(log.reasons == [reason, reason])
    }

    @Test func `a handshake that never ends is cut off`() async throws {
        try await withTLSServer([["mx.example.org"]], MemoryEntrance()) {
            $0.handshakeTimeout = .milliseconds(50)
            $0.lingering = .milliseconds(50)
        } _: { _, encrypted, _ in
            let client = try await TCPClient.connect(port: encrypted)
            #expect(try await client.linesUntilClosed().allSatisfy { !$0.hasPrefix("220") })
        }
    }

    @Test(arguments: ["PLAIN", "LOGIN", "SCRAM-SHA-256"])
    func `a user is known after AUTH under TLS`(mechanism: String) async throws {
        let entrance = MemoryEntrance()
        try await withTLSServer([["mx.example.org"]], entrance) {
            $0.authenticator = OneUser()
        } _: { plain, _, _ in
            let client = try await TCPClient.connect(port: plain)
            try await client.send("EHLO c.example\r\nSTARTTLS\r\n")
            #expect(try await client.lines(12).allSatisfy { !$0.contains("AUTH") })
            try await client.startTLS()
            let login = try SASLLogin(mechanism, user: "alice", password: "wonder land")
            try await login.perform(over: client)
            try await client.send("MAIL FROM:<a@c.example>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n")
            #expect(try await client.linesUntilClosed().last == "221 2.0.0 Goodbye")
        }
        #expect(entrance.messages.map(\.client.user) == ["alice"])
        #expect(entrance.messages.first?.client.transport == "ESMTPSA")
    }
}
