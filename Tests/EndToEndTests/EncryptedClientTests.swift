import Foundation
import SMTPDialogs
import Testing

extension EndToEndTests {
    /// Real clients deliver over STARTTLS, all the way into a mailbox.
    @Suite(.enabled(if: Places.program("openssl") != nil, "needs openssl")) struct EncryptedClientTests {
        /// What makes each client send `FILE` to `PORT` under TLS; it fails if the server offers none.
        static let clients: [String: [String]] = [
            "swaks": [
                "--server", "127.0.0.1:PORT", "--tls", "--helo", "client.sender.example", "--from", "a@sender.example",
                "--to", "user@example.org", "--data", "@FILE",
            ],
            "curl": [
                "--silent", "--show-error", "--insecure", "--ssl-reqd", "smtp://127.0.0.1:PORT/client.sender.example",
                "--mail-from", "a@sender.example", "--mail-rcpt", "user@example.org", "--upload-file", "FILE",
            ],
            "python3": [
                "-c",
                """
                import smtplib, ssl
                context = ssl._create_unverified_context()
                with smtplib.SMTP('127.0.0.1', PORT, local_hostname='client.sender.example') as client:
                    assert client.starttls(context=context)[0] == 220
                    client.sendmail('a@sender.example', ['user@example.org'], open('FILE', 'rb').read())
                """,
            ],
        ]

        @Test(arguments: ["curl", "python3", "swaks"])
        func `a client delivers under TLS`(name: String) async throws {
            guard Places.program(name) != nil else {
                withKnownIssue("\(name) is not installed, so it was not tried") { Issue.record("no \(name)") }
                return
            }
            try await withTemporaryDirectory { directory in
                let certificate = try TestCertificate(for: ["mx.example.org"], in: directory)
                var files = SiteFiles()
                files.receiver = [
                    "tls: { certificates: [{ certificate: \(certificate.certificate), key: \(certificate.key) }], starttls: required }"
                ]
                try await withSluice(files) { sluice in
                    let mail = Wire.mail(subject: "Wombat", "under TLS")
                    let file = try sluice.workspace.write(mail, to: "mail")
                    let arguments = try #require(Self.clients[name]).map {
                        $0.replacing("PORT", with: "\(sluice.port)").replacing("FILE", with: file)
                    }
                    let outcome = try await sluice.workspace.run(name, arguments)
                    #expect(outcome.status == 0, "\(outcome.testDescription)")
                    let hits = try await sluice.search("subject:wombat", finds: 1)
                    let stored = String(decoding: try await sluice.raw(hits[0].id), as: UTF8.self)
                    #expect(stored.contains("under TLS"))
                    #expect(try await sluice.settled(received: 1).delivered == 1)
                }
            }
        }
    }
}
