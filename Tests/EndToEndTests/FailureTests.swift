import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// A delivery that fails, and what mends it.
    @Suite struct FailureTests {
        /// Puts a file where the attachments should go, so that none can be stored.
        private func breakAttachments(of sluice: Sluice) throws {
            let path = sluice.data + "/attachments"
            guard rename(path, path + ".away") == 0 else { throw Mishap("\(path): \(errno)") }
            try Data().write(to: URL(filePath: path))
        }

        /// Takes the file away again.
        private func mendAttachments(of sluice: Sluice) throws {
            let path = sluice.data + "/attachments"
            guard unlink(path) == 0, rename(path + ".away", path) == 0 else { throw Mishap("\(path): \(errno)") }
        }

        private let mail = Wire.mail(
            subject: "Has a file", attachment: (0..<5_000).map { UInt8(truncatingIfNeeded: $0) })

        @Test func `mail that cannot be stored waits with step and reason until the cause is mended`() async throws {
            try await withSluice { sluice in
                try breakAttachments(of: sluice)
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(mail, to: ["user@example.org"]).code == 250)
                #expect(try await client.send(Wire.mail(subject: "Has none"), to: ["user@example.org"]).code == 250)
                // What fails holds up nothing but itself.
                #expect(try await sluice.search("subject:none", finds: 1).count == 1)
                let answer = try await sluice.queue("a message waits for its second attempt") {
                    $0.pending.first.map { $0.attempts > 0 } ?? false
                }
                #expect(answer.inbound.addsUp)
                #expect(answer.pending.map(\.step) == ["deliver.store-attachments"])
                let reason = try #require(answer.pending.first?.reason)
                #expect(reason.contains("attachments"), "\(reason)")
                #expect(sluice.log.contains("step=deliver.store-attachments"), "\(sluice.log)")
                #expect(try await sluice.search("subject:file").total == 0)
                try mendAttachments(of: sluice)
                let hits = try await sluice.search("subject:file", finds: 1)
                try await expectSame(sluice.raw(hits[0].id), mail)
                let ledger = try await sluice.settled(received: 2)
                #expect(ledger.addsUp && ledger.delivered == 2, "\(ledger)")
            }
        }

        @Test func `what waits is still there after a stop and is delivered by the next server`() async throws {
            try await withSluice { sluice in
                try breakAttachments(of: sluice)
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(mail, to: ["user@example.org"]).code == 250)
                try await client.quit()
                _ = try await sluice.queue("the message waits") { $0.pending.first?.step != nil }
                #expect(try await sluice.stop() == .exited(0))
                #expect(sluice.log.hasSuffix("stopped; 1 message remains queued\n"), "\(sluice.log)")
                #expect(try await sluice.queue().pending.map(\.step) == ["deliver.store-attachments"])
                try mendAttachments(of: sluice)
                try await sluice.start()
                #expect(try await sluice.search("subject:file", finds: 1).map(\.attachments) == [1])
                #expect(try await sluice.settled(received: 1).delivered == 1)
            }
        }

        @Test func `mail that cannot be stored for too long is kept aside, shown and released`() async throws {
            var files = SiteFiles()
            files.retry = "{ first: 500ms, factor: 1, max: 500ms, for: 2s }"
            try await withSluice(files) { sluice in
                try breakAttachments(of: sluice)
                let client = try await SMTPClient(port: sluice.port)
                let reply = try await client.send(mail, to: ["user@example.org"])
                let id = try #require(reply.acceptedID)
                let held = try await eventually("the message is kept aside") {
                    let held = try await sluice.quarantine()
                    return held.isEmpty ? nil : held
                }
                #expect(held.map(\.id) == [id])
                #expect(held.map(\.step) == ["deliver.store-attachments"])
                #expect(held[0].reason.contains("attachments"), "\(held[0].reason)")
                let ledger = try await sluice.settled(received: 1)
                #expect(ledger.addsUp && ledger.quarantined == 1, "\(ledger)")
                let shown = try await sluice.command("quarantine", "show", id, "--raw")
                expectSame(shown.octets, mail)
                try await expectEnvelope(of: held[0], to: "user@example.org", sluice)
                #expect(try await sluice.command("quarantine", "show", "01M81ZZZZZZZZZZZZZZZZZZZZZ").status == 65)
                try mendAttachments(of: sluice)
                #expect(try await sluice.command("quarantine", "release", id, "--from", "deliver.nowhere").status == 65)
                let released = try await sluice.command("quarantine", "release", id)
                #expect(released.status == 0, "\(released.testDescription)")
                #expect(sluice.log.contains("notice message released from=\"where it stopped\" message.id=\(id)"))
                let hits = try await sluice.search("subject:file", finds: 1)
                try await expectSame(sluice.raw(hits[0].id), mail)
                #expect(try await sluice.quarantine().isEmpty)
                let after = try await sluice.settled(received: 1)
                #expect(after.addsUp && after.delivered == 1 && after.quarantined == 0, "\(after)")
            }
        }

        /// Who sent a message to whom and why it is held stands before the message, in words and as JSON.
        private func expectEnvelope(of held: QuarantineAnswer, to recipient: String, _ sluice: Sluice) async throws {
            let lines = try await sluice.command("quarantine", "show", held.id).text.split(
                separator: "\n", omittingEmptySubsequences: false)
            for line in [
                "Message: \(held.id)", "Client: 127.0.0.1", "Sender: <",
                "Recipient: <\(recipient)> \(held.step): \(held.reason)",
                "Subject: ",
            ] {
                #expect(lines.contains { $0.hasPrefix(line) }, "\(line) is missing in \(lines)")
            }
            let shown = try await sluice.command("quarantine", "show", held.id, "--json").decoded(as: HeldAnswer.self)
            #expect(shown.client == "127.0.0.1" && shown.message.id == held.id)
            #expect(shown.envelope.map(\.address) == [recipient] && shown.envelope[0].reason == held.reason)
        }

        @Test func `what was kept aside can be shown and released while no server runs`() async throws {
            var files = SiteFiles()
            files.recipientSteps = "[]"
            try await withSluice(files) { sluice in
                let mail = Wire.mail(subject: "To nobody")
                let client = try await SMTPClient(port: sluice.port)
                let id = try #require(try await client.send(mail, to: ["late@example.org"]).acceptedID)
                try await client.quit()
                #expect(try await sluice.settled(received: 1).quarantined == 1)
                #expect(try await sluice.stop() == .exited(0))
                #expect(try await sluice.quarantine().map(\.id) == [id])
                try await expectSame(sluice.command("quarantine", "show", id, "--raw").octets, mail)
                try await expectEnvelope(of: try await sluice.quarantine()[0], to: "late@example.org", sluice)
                try await sluice.addUser("late")
                #expect(try await sluice.command("quarantine", "release", id).status == 0)
                #expect(try await sluice.quarantine().isEmpty)
                try await sluice.start()
                #expect(try await sluice.search("nobody", of: "late", finds: 1).count == 1)
            }
        }
    }
}
