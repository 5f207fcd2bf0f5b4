import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// Attachments that no mail refers to any more.
    @Suite struct CollectionTests {
        private struct Attachments: Decodable {
            let blobs: Int
            let removedBlobs: Int?
        }

        private func mail(_ subject: String, _ octet: UInt8) -> [UInt8] {
            Wire.mail(subject: subject, attachment: Array(repeating: octet, count: 5_000))
        }

        private func collect(_ sluice: Sluice) async throws -> Attachments {
            try await sluice.command("attachments", "--collect", "--json").decoded(as: Attachments.self)
        }

        @Test func `attachments go with the last mail that has them, while the server runs and when it does not`()
            async throws
        {
            try await withSluice(users: ["user", "other"]) { sluice in
                let client = try await SMTPClient(port: sluice.port)
                for (number, octet) in [UInt8(1), 2].enumerated() {
                    let reply = try await client.send(mail("Mine \(number)", octet), to: ["user@example.org"])
                    #expect(reply.code == 250)
                }
                #expect(try await client.send(mail("Shared", 2), to: ["other@example.org"]).code == 250)
                try await client.quit()
                _ = try await sluice.settled(received: 3)
                #expect(try await collect(sluice).removedBlobs == 0)
                #expect(try await sluice.command("user", "remove", "user@example.org", "--mail").status == 0)
                let answer = try await collect(sluice)
                #expect(answer.removedBlobs == 1 && answer.blobs == 1)
                let hit = try #require(try await sluice.search("shared", of: "other", finds: 1).first)
                expectSame(try await sluice.raw(hit.id, of: "other"), mail("Shared", 2))
                #expect(try await sluice.stop() == .exited(0))
                #expect(try await sluice.command("user", "remove", "other@example.org", "--mail").status == 0)
                let last = try await collect(sluice)
                #expect(last.removedBlobs == 1 && last.blobs == 0)
            }
        }

        @Test func `the attachment of a mail that waits behind the step that stored it is kept`() async throws {
            var files = SiteFiles()
            files.retry = "{ first: 1h, factor: 1, max: 1h, for: 1d }"
            try await withSluice(files) { sluice in
                // The step behind the attachments cannot do its work: the recipient has no mailbox.
                files.recipientSteps = "[]"
                try sluice.write(files)
                #expect(try await sluice.command("reload").status == 0)
                let client = try await SMTPClient(port: sluice.port)
                let id = try #require(try await client.send(mail("Held", 7), to: ["late@example.org"]).acceptedID)
                try await client.quit()
                #expect(try await sluice.settled(received: 1).quarantined == 1)
                #expect(try await collect(sluice).removedBlobs == 0)
                try await sluice.addUser("late")
                #expect(try await sluice.command("quarantine", "release", id).status == 0)
                let hit = try #require(try await sluice.search("held", of: "late", finds: 1).first)
                expectSame(try await sluice.raw(hit.id, of: "late"), mail("Held", 7))
            }
        }
    }
}
