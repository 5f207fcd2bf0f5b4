import Foundation
import Testing

extension EndToEndTests {
    /// Mail from real clients, all the way into a mailbox.
    @Suite struct ArrivalTests {
        @Test func `mail from smtplib lands byte for byte and is told of at once`() async throws {
            try await withSluice { sluice in
                let watch = try Watcher(sluice, "user@example.org")
                defer { watch.end() }
                let events = try await EventStream(port: sluice.controlPort, user: "user@example.org")
                try await watch.isConnected()
                let mail = Wire.mail(subject: "Quarterly zebra report", "All stripes are well.\n.\n..dots\n")
                let file = try sluice.workspace.write(mail, to: "mail")
                let replies = try await sluice.workspace.client(
                    "deliver", ["\(sluice.port)", "ann@sender.example", "user@example.org", file], as: [Delivery].self)
                #expect(replies.map(\.accepted) == [true])
                let hits = try await sluice.search("zebra stripes", finds: 1)
                #expect(hits.map(\.subject) == ["Quarterly zebra report"])
                try await expectSame(sluice.raw(hits[0].id), mail)
                let event = try await events.next()
                #expect(event.subject == "Quarterly zebra report")
                #expect(event.user == "user@example.org")
                #expect(event.id == hits[0].id)
                let line = try await watch.line()
                #expect(line.contains("user@example.org") && line.contains("Quarterly zebra report"))
                let ledger = try await sluice.settled(received: 1)
                #expect(ledger.addsUp && ledger.delivered == 1)
            }
        }

        @Test(.enabled(if: Places.program("swaks") != nil, "needs Debian's swaks"))
        func `mail from swaks with an attachment and a Korean subject lands byte for byte`() async throws {
            try await withSluice { sluice in
                let file = try sluice.workspace.write(
                    (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }, to: "holiday.bin")
                let subject = Data("휴가 사진 모음".utf8).base64EncodedString()
                let outcome = try await sluice.workspace.run(
                    "swaks",
                    [
                        "--server", "127.0.0.1:\(sluice.port)", "--helo", "client.sender.example",
                        "--from", "kim@sender.example", "--to", "user@example.org",
                        "--header", "Subject: =?UTF-8?B?\(subject)?=", "--body", "바다와 산", "--attach", "@\(file)",
                        "--attach-type", "image/x-holiday",
                    ])
                #expect(outcome.status == 0, "\(outcome.testDescription)")
                let hits = try await sluice.search("subject:사진", finds: 1)
                #expect(hits.map(\.subject) == ["휴가 사진 모음"])
                #expect(hits.map(\.attachments) == [1])
                try await expectSame(sluice.raw(hits[0].id), Transcript.mail(in: outcome.text))
                #expect(try await sluice.search("has:attachment").total == 1)
                #expect(try await sluice.settled(received: 1).addsUp)
                let attachments = try await sluice.command("attachments", "--json")
                #expect(try attachments.decoded(as: [String: Int].self)["blobs"] == 1)
            }
        }

        @Test(.enabled(if: Places.program("smtp-source") != nil, "needs smtp-source of Debian's postfix"))
        func `mail from smtp-source over several sessions lands byte for byte`() async throws {
            try await withSluice { sluice in
                let mail = Wire.mail(
                    subject: "Aardvark", (1...60).map { "line \($0) of the source" }.joined(separator: "\n"))
                let file = try sluice.workspace.write(mail.filter { $0 != 0x0D }, to: "source")
                let outcome = try await sluice.workspace.run(
                    "smtp-source",
                    [
                        "-s", "4", "-m", "40", "-M", "client.sender.example", "-f", "source@sender.example",
                        "-t", "user@example.org", "-F", file, "127.0.0.1:\(sluice.port)",
                    ])
                #expect(outcome.status == 0, "\(outcome.testDescription)")
                let hits = try await sluice.search("subject:aardvark", finds: 40)
                // smtp-source puts an empty line behind the file.
                for hit in hits.prefix(3) { try await expectSame(sluice.raw(hit.id), mail + [0x0D, 0x0A]) }
                let ledger = try await sluice.settled(received: 40)
                #expect(ledger.addsUp && ledger.delivered == 40)
            }
        }

        @Test func `the server tells of its health and its measurements`() async throws {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(Wire.mail(subject: "One"), to: ["user@example.org"]).code == 250)
                _ = try await sluice.settled(received: 1)
                #expect(try await EventStream.get("/health", port: sluice.controlPort).hasSuffix("\r\n\r\nok\n"))
                let metrics = try await EventStream.get("/metrics", port: sluice.controlPort)
                #expect(metrics.contains(#"sluice_messages{pipeline="inbound",state="delivered"} 1"#), "\(metrics)")
                #expect(
                    metrics.contains(#"{pipeline="inbound",step="deliver.index",outcome="success"} 1"#), "\(metrics)")
                // What others wrote is for the operator's socket only.
                #expect(try await EventStream.get("/queue", port: sluice.controlPort).hasPrefix("HTTP/1.1 404"))
            }
        }
    }
}
