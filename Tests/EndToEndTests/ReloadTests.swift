import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// Files that change while the server runs.
    @Suite struct ReloadTests {
        private static let versions = [
            "{ first: 1s, factor: 1, max: 1s, for: 10m }", "{ first: 1s, factor: 1, max: 2s, for: 9m }",
        ]

        @Test func `reloads again and again under load: nothing is refused, dropped, lost or doubled`() async throws {
            let environment = ProcessInfo.processInfo.environment
            let reloads = environment["SLUICE_RELOADS"].flatMap { Int($0) } ?? 12
            try await withSluice { sluice in
                let isOver = sluice.workspace("over")
                let sent = try await withThrowingTaskGroup(of: [Substring: UInt32].self) { group in
                    for client in 0..<4 {
                        group.addTask { try await load(sluice, client, until: isOver) }
                    }
                    for round in 1...reloads {
                        var files = SiteFiles()
                        files.retry = Self.versions[round % 2]
                        try sluice.write(files)
                        let outcome = try await sluice.command("reload")
                        #expect(outcome.status == 0 && outcome.text.contains("new mail is accepted under inbound"))
                    }
                    try sluice.workspace.write("", to: "over")
                    return try await group.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
                }
                let ledger = try await sluice.settled(received: sent.count)
                #expect(ledger.addsUp && ledger.received == sent.count && ledger.delivered == sent.count, "\(ledger)")
                #expect(try await sluice.storedTokens("export") == sent.mapValues { [$0] })
                // The versions that nobody needs any more are not kept.
                try await eventually("one version is kept") {
                    try FileManager.default.contentsOfDirectory(atPath: sluice.data + "/versions").count == 2
                        ? true : nil
                }
                #expect(try await sluice.stop() == .exited(0))
            }
        }

        /// Sends mails over connections of their own, a few over each, and takes nothing but 250 for an answer.
        private func load(_ sluice: Sluice, _ client: Int, until stop: String) async throws -> [Substring: UInt32] {
            var sent: [Substring: UInt32] = [:]
            var number = 0
            while access(stop, F_OK) != 0 {
                let connection = try await SMTPClient(port: sluice.port)
                for _ in 0..<5 {
                    number += 1
                    let token = "token-\(client)-\(number)"
                    let mail = Wire.mail(subject: token, "words \(number)")
                    let reply = try await connection.send(mail, to: ["user@example.org"])
                    guard reply.code == 250 else { throw Mishap("\(token): \(reply)") }
                    sent[token[...]] = CRC32.checksum(of: mail)
                }
                try await connection.quit()
            }
            return sent
        }

        @Test func `a bad file changes nothing and is reported with its findings`() async throws {
            try await withSluice { sluice in
                let before = try await sluice.queue()
                var bad = SiteFiles()
                bad.mailStep = "check-spff"
                try sluice.write(bad)
                let outcome = try await sluice.command("reload")
                #expect(outcome.status == 78, "\(outcome.testDescription)")
                #expect(
                    outcome.errors.contains("error[unknown-stage]: ") && outcome.errors.contains("nothing has changed"))
                #expect(sluice.log.contains("not reloaded"), "\(sluice.log)")
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(Wire.mail(subject: "Still here"), to: ["user@example.org"]).code == 250)
                try sluice.write(SiteFiles())
                #expect(try await sluice.search("still", finds: 1).count == 1)
                #expect(before.inbound.received == 0)
            }
        }

        @Test func `SIGHUP reloads; an open session and its mail finish under the version they began with`()
            async throws
        {
            try await withSluice { sluice in
                let open = try await SMTPClient(port: sluice.port)
                #expect(try await open.envelope(from: "a@sender.example", to: ["user@example.org"]).code == 354)
                var files = SiteFiles()
                files.recipientSteps = "[]"
                files.messageLimit = "2MB"
                try sluice.write(files)
                try sluice.signal(SIGHUP)
                let line = try await eventually("the server has reloaded") {
                    sluice.log.split(separator: "\n").first { $0.contains("reloaded") }
                }
                // Nobody reads an answer, so the log says what there is to say of the files.
                #expect(line.contains("results-unwritten"))
                let mail = Wire.mail(subject: "Begun before")
                try await open.connection.send(Wire.stuffed(mail))
                #expect(try await open.reply().code == 250)
                #expect(try await open.command("MAIL FROM:<a@sender.example>").code == 250)
                #expect(try await open.command("RCPT TO:<nobody@example.org>").code == 550)
                let new = try await SMTPClient(port: sluice.port)
                #expect(try await new.command("MAIL FROM:<a@sender.example> SIZE=2000001").code == 552)
                #expect(try await new.command("MAIL FROM:<a@sender.example>").code == 250)
                #expect(try await new.command("RCPT TO:<nobody@example.org>").code == 250)
                try await expectSame(sluice.raw(sluice.search("before", finds: 1)[0].id), mail)
                try await new.quit()
                try await open.quit()
            }
        }

        @Test func `another data directory is a finding, and commands go on with the server where it is`()
            async throws
        {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(Wire.mail(subject: "Here"), to: ["user@example.org"]).code == 250)
                try await client.quit()
                _ = try await sluice.settled(received: 1)
                let other = sluice.workspace("other")
                let site = SiteFiles().site(data: other, resolver: try Names.port, control: sluice.controlPort)
                try sluice.workspace.write(site, to: "pipelines/site.yaml")
                let reload = try await sluice.command("reload")
                #expect(reload.status == 78, "\(reload.testDescription)")
                #expect(reload.errors.contains("data-directory is \(other), and the server began with \(sluice.data)"))
                #expect(reload.errors.contains("stop it and start it again"), "\(reload.errors)")
                let queue = try await sluice.command("queue", "--json")
                #expect(try queue.decoded(as: QueueAnswer.self).inbound.delivered == 1)
                let id = try sluice.pid
                #expect(queue.errors.contains("process \(id)) has its data in \(sluice.data)"), "\(queue.errors)")
                #expect(try await sluice.search("here", finds: 1).count == 1)
                for command in [
                    ["mail", "list", "user@example.org"], ["user", "list"], ["user", "add", "new@example.org"],
                ] {
                    let outcome = try await sluice.command(command)
                    #expect(
                        outcome.status == 78 && outcome.errors.contains("has its data in \(sluice.data)"), "\(outcome)")
                }
                #expect(access(other, F_OK) != 0, "nothing was made where nobody runs")
                #expect(try await sluice.stop() == .exited(0))
                // Without a server the files say where the data is.
                #expect(try await sluice.queue().inbound.received == 0)
            }
        }

        @Test(arguments: ["DATA/", "PIPELINES/../data", "LINK"])
        func `the same data directory in other words is no other one`(_ words: String) async throws {
            try await withSluice { sluice in
                let link = sluice.workspace("link")
                try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: sluice.data)
                let path = words.replacingOccurrences(of: "DATA", with: sluice.data)
                    .replacingOccurrences(of: "PIPELINES", with: sluice.pipelines)
                    .replacingOccurrences(of: "LINK", with: link)
                let site = SiteFiles().site(data: path, resolver: try Names.port, control: sluice.controlPort)
                try sluice.workspace.write(site, to: "pipelines/site.yaml")
                for command in [["user", "list"], ["mail", "list", "user@example.org"], ["queue"], ["reload"]] {
                    let outcome = try await sluice.command(command)
                    #expect(outcome.status == 0, "\(command): \(outcome.testDescription)")
                    #expect(!outcome.errors.contains("has its data in"), "\(outcome.errors)")
                }
            }
        }

        @Test func `listeners come and go with the files`() async throws {
            try await withSluice { sluice in
                let other = try Ports.free()
                let one = SiteFiles().inbound(port: sluice.port)
                var files = SiteFiles()
                files.pipeline = one.replacingOccurrences(
                    of: "[\"127.0.0.1:\(sluice.port)\"]", with: "[\"127.0.0.1:\(sluice.port)\", \"127.0.0.1:\(other)\"]"
                )
                try sluice.write(files)
                #expect(try await sluice.command("reload").status == 0)
                for port in [sluice.port, other] {
                    let client = try await SMTPClient(port: port)
                    #expect(try await client.send(Wire.mail(subject: "Port"), to: ["user@example.org"]).code == 250)
                    try await client.quit()
                }
                files.pipeline = one
                try sluice.write(files)
                #expect(try await sluice.command("reload").status == 0)
                try await eventually("the other listener is closed") { () -> Bool? in
                    do {
                        _ = try Connection(port: other)
                        return nil
                    } catch {
                        return true
                    }
                }
                // A port that somebody else has: nothing changes.
                files.pipeline = one.replacingOccurrences(
                    of: "[\"127.0.0.1:\(sluice.port)\"]",
                    with: "[\"127.0.0.1:\(sluice.port)\", \"127.0.0.1:\(try Names.port)\"]")
                try sluice.write(files)
                let outcome = try await sluice.command("reload")
                #expect(outcome.status == 0 || outcome.errors.contains("is taken"), "\(outcome.testDescription)")
                #expect(try await SMTPClient(port: sluice.port).command("NOOP").code == 250)
            }
        }

        @Test func `mail queued before a restart with other files finishes under the files it was accepted under`()
            async throws
        {
            try await withSluice { sluice in
                let attachments = sluice.data + "/attachments"
                #expect(rename(attachments, attachments + ".away") == 0)
                try Data().write(to: URL(filePath: attachments))
                let mail = Wire.mail(subject: "Has a file", attachment: Array(repeating: 7, count: 5_000))
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(mail, to: ["user@example.org"]).code == 250)
                try await client.quit()
                _ = try await sluice.queue("the message waits") { $0.pending.first?.step != nil }
                #expect(try await sluice.stop() == .exited(0))
                // The new files keep attachments in the mail: under them none would be stored.
                var files = SiteFiles()
                files.pipeline = files.inbound(port: sluice.port).replacingOccurrences(
                    of: "  - store-attachments\n", with: "")
                try sluice.write(files)
                #expect(unlink(attachments) == 0 && rename(attachments + ".away", attachments) == 0)
                try await sluice.start()
                #expect(sluice.log.contains("mail finishes under a former version of its pipeline"), "\(sluice.log)")
                let hits = try await sluice.search("subject:file", finds: 1)
                try await expectSame(sluice.raw(hits[0].id), mail)
                #expect(try await sluice.settled(received: 1).delivered == 1)
                let objects = try await sluice.command("attachments", "--json")
                #expect(objects.text.contains("\"blobs\":1"), "\(objects.text)")
            }
        }
    }
}
