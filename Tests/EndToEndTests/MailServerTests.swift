import Foundation
import SMTPDialogs
import Testing

extension EndToEndTests {
    /// The mail servers that will deliver to us do so for real, over STARTTLS and all the way into a mailbox.
    @Suite(.enabled(if: Places.program("openssl") != nil, "needs openssl")) struct MailServerTests {
        /// What the script says where a program cannot be had.
        private static let unavailable: Int32 = 69

        @Test(arguments: ["postfix", "exim", "opensmtpd", "msmtp"])
        func `a mail server delivers under TLS`(name: String) async throws {
            try await withTemporaryDirectory { directory in
                let certificate = try TestCertificate(for: ["mx.example.org"], in: directory)
                var files = SiteFiles()
                files.receiver = [
                    "tls: { certificates: [{ certificate: \(certificate.certificate), key: \(certificate.key) }], starttls: required }"
                ]
                try await withSluice(files) { sluice in
                    // The servers' own users look for their files in it.
                    let work = try sluice.workspace.makeDirectory("mta")
                    for path in [sluice.workspace.path, work] {
                        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
                    }
                    let file = try sluice.workspace.write(
                        "From: a@sender.example\nTo: user@example.org\nSubject: Wombat\n\nfrom \(name)\n", to: "mail")
                    let outcome = try await sluice.workspace.run(
                        Places.here + "/Clients/mta",
                        [name, work, "\(sluice.port)", "a@sender.example", "user@example.org", file])
                    guard outcome.status != Self.unavailable else {
                        return withKnownIssue("\(name) was not tried: \(outcome.text)") { Issue.record("no \(name)") }
                    }
                    #expect(outcome.status == 0, "\(outcome.testDescription)")
                    let hits = try await sluice.search("subject:wombat", finds: 1)
                    let stored = String(decoding: try await sluice.raw(hits[0].id), as: UTF8.self)
                    #expect(stored.contains("from \(name)"), "\(stored)")
                    #expect(try await sluice.settled(received: 1).delivered == 1)
                }
            }
        }
    }
}
