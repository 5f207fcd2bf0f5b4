import Foundation
import Testing

extension EndToEndTests {
    /// What is wrong from the outside: files, mails, senders.
    @Suite struct BadInputTests {
        @Test func `a broken pipeline file gives all findings and starts nothing`() async throws {
            var files = SiteFiles()
            files.pipeline = """
                sluice: 1
                pipeline: inbound
                receive:
                  smtp: { listen: ["127.0.0.1:PORT"], limits: { mesage: 25MB } }
                session:
                  message:
                    - parse-mine
                    - decide:
                        - { when: 'spam.scor >= 15', reject: '550 5.7.1 No' }
                deliver:
                  - store-metadata: { colour: blue }
                """
            try await withSluice(files, users: [], starts: false) { sluice in
                let child = try sluice.launch()
                #expect(try await child.wait() == .exited(78))
                let lines = sluice.log.split(separator: "\n")
                // The unknown key, the unknown stage, the decide without otherwise, no accept, and the stage's unknown key.
                for (line, word) in [(4, "mesage"), (7, "parse-mine"), (11, "colour")] {
                    #expect(
                        lines.contains { $0.contains("inbound.yaml:\(line):") && $0.contains(word) },
                        "line \(line): \(sluice.log)")
                }
                for word in ["otherwise", "accept", "nothing was started"] {
                    #expect(lines.contains { $0.contains(word) }, "\(word): \(sluice.log)")
                }
                #expect(!FileManager.default.fileExists(atPath: sluice.data))
                #expect(throws: Mishap.self) { try Connection(port: sluice.port) }
                let check = try await sluice.workspace.run(Places.sluice, ["check", sluice.pipelines])
                #expect(check.status == 78)
                let findings = check.text.split(separator: "\n")
                #expect(findings.count >= 5 && findings.allSatisfy { lines.contains($0) }, "\(check.testDescription)")
            }
        }

        @Test func `a taken port is named with its file and line`() async throws {
            try await withSluice(users: [], starts: false) { sluice in
                let taken = try Ports.Taken()
                let text = SiteFiles().inbound(port: taken.port)
                let row = text.split(separator: "\n").firstIndex { $0.contains("smtp:") }
                try sluice.workspace.write(text, to: "pipelines/inbound.yaml")
                let child = try sluice.launch()
                #expect(try await child.wait() == .exited(69))
                #expect(sluice.log.contains("port \(taken.port) is taken"), "\(sluice.log)")
                let line = try #require(row) + 1
                #expect(sluice.log.contains("inbound.yaml:\(line):"), "line \(line): \(sluice.log)")
                // Nothing is left behind that keeps the next start from working.
                try sluice.write(SiteFiles())
                try await sluice.start()
                #expect(try await SMTPClient(port: sluice.port).command("NOOP").code == 250)
            }
        }

        @Test func `a taken control port is named with its file and line`() async throws {
            try await withSluice(users: [], starts: false) { sluice in
                let taken = try Ports.Taken()
                let text = SiteFiles().site(data: sluice.data, resolver: try Names.port, control: taken.port)
                let row = text.split(separator: "\n").firstIndex { $0.contains("listen:") }
                try sluice.workspace.write(text, to: "pipelines/site.yaml")
                let child = try sluice.launch()
                #expect(try await child.wait() == .exited(69))
                #expect(sluice.log.contains(":\(taken.port) (control): the port is taken"), "\(sluice.log)")
                let line = try #require(row) + 1
                #expect(
                    sluice.log.contains("site.yaml:\(line):") || sluice.log.contains("site.yaml:\(line - 1):"),
                    "line \(line): \(sluice.log)")
            }
        }

        @Test func `a malformed mail is stored and searchable with its defects among the facts`() async throws {
            try await withSluice { sluice in
                let mail =
                    Array(
                        ("Subject: =?utf-8?B?8J+Y!!?= wombat\r\nno colon here\r\nContent-Type: multipart/mixed; boundary=x\r\n"
                            + "\r\n--x\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%notbase64%%%\r\n--x\r\n"
                            + "Content-Type: text/plain; charset=klingon\r\n\r\nplatypus \u{FFFD}\r\n").utf8) + [
                        0xFF, 0x00, 0x0D, 0x0A,
                    ]
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(mail, to: ["user@example.org"]).code == 250)
                let hits = try await sluice.search("wombat", finds: 1)
                #expect(try await sluice.raw(hits[0].id) == mail)
                #expect(try await sluice.search("platypus", finds: 1).map(\.id) == hits.map(\.id))
                let shown = try await sluice.command("mail", "show", "user@example.org", "\(hits[0].id)")
                let facts = shown.text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
                let defects = facts.first { $0.first == "mime.defects:" }
                #expect((defects?.count ?? 0) > 1, "\(shown.testDescription)")
            }
        }

        @Test func `hostile mails neither stop the server nor are refused`() async throws {
            try await withSluice { sluice in
                let mails = HostileMails.all
                let client = try await SMTPClient(port: sluice.port)
                for (name, mail) in mails {
                    #expect(try await client.send(mail, to: ["user@example.org"]).code == 250, "\(name)")
                }
                let ledger = try await sluice.settled(received: mails.count)
                #expect(ledger.addsUp && ledger.delivered == mails.count, "\(ledger)")
                let directory = try await sluice.export(to: "export")
                let stored = try FileManager.default.contentsOfDirectory(atPath: directory)
                    .map { Workspace.octets(directory + "/" + $0) }
                for (name, mail) in mails { #expect(stored.count { $0 == mail } == 1, "\(name)") }
            }
        }

        @Test func `a test text for spam filters is refused in the dialogue and nothing is queued`() async throws {
            try await withSluice { sluice in
                let text = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
                let client = try await SMTPClient(port: sluice.port)
                let reply = try await client.send(Wire.mail(subject: "Win", text), to: ["user@example.org"])
                #expect(reply.last == "550 5.7.1 Message refused")
                #expect(try await sluice.queue().inbound.received == 0)
                #expect(try await client.send(Wire.mail(subject: "Lose"), to: ["user@example.org"]).code == 250)
                #expect(try await sluice.search("win").total == 0)
            }
        }

        @Test func `a step that hangs is "try again later" in the session, with its id in the log`() async throws {
            var files = SiteFiles()
            files.mailStep = "check-spf: { timeout: 200ms }"
            try await withSluice(files) { sluice in
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.command("MAIL FROM:<x@silent.example>").code == 451)
                #expect(sluice.log.contains("step=session.mail.check-spf"), "\(sluice.log)")
                #expect(try await client.send(Wire.mail(subject: "Quick"), to: ["user@example.org"]).code == 250)
                #expect(try await sluice.settled(received: 1).delivered == 1)
            }
        }

        @Test func `a sender whose domain forbids it ends in Junk`() async throws {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                let mail = Wire.mail(subject: "Forged")
                #expect(
                    try await client.send(mail, from: "x@forbidden.example", to: ["user@example.org"]).code == 250)
                #expect(try await sluice.search("forged", finds: 1).map(\.mailbox) == ["Junk"])
                #expect(try await client.send(Wire.mail(subject: "Honest"), to: ["user@example.org"]).code == 250)
                #expect(try await sluice.search("honest", finds: 1).map(\.mailbox) == ["INBOX"])
            }
        }

        @Test func `a sender whose domain forbids it is refused where the file says so`() async throws {
            var files = SiteFiles()
            files.mailStep = "check-spf: { reject: [fail] }"
            try await withSluice(files) { sluice in
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.command("MAIL FROM:<x@forbidden.example>").codes == "550 5.7.23")
                #expect(try await client.send(Wire.mail(subject: "Honest"), to: ["user@example.org"]).code == 250)
                #expect(try await sluice.settled(received: 1).delivered == 1)
            }
        }
    }
}
