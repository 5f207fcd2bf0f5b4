import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// Mail that is larger than the memory a session may have.
    @Suite struct LargeMailTests {
        /// What `large.py` says.
        private struct Answer: Decodable {
            /// How much the server's own memory grew while the data came in.
            let grown: Int
            /// How much more it had at most than at the beginning until everything was delivered.
            let delivering: Int
            let replies: [String]
        }

        private static let megabyte = 1_000_000

        /// What a session may take: 256 KB, and generously as much again for everything around it.
        private static let perSession = 512 << 10
        /// What the server as a whole may take beside its sessions, such as threads and tables that begin to be used.
        private static let once = 16 << 20

        private func send(
            _ size: Int, sessions: Int, to sluice: Sluice, _ more: [String] = []
        ) async throws -> Answer {
            let arguments = [
                "\(sluice.port)", "\(try sluice.pid)", "user@example.org", "\(size)", "\(sessions)",
                sluice.workspace("large.eml"),
            ]
            return try await sluice.workspace.client("large", arguments + more, as: Answer.self, within: .seconds(300))
        }

        private func spools(of sluice: Sluice) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: sluice.data + "/queue").filter {
                $0.hasPrefix("spool-")
            }
        }

        /// Compares without printing what differs.
        private func expectStored(_ numbers: ClosedRange<Int>, in sluice: Sluice) async throws {
            let sent = try Data(contentsOf: URL(filePath: sluice.workspace("large.eml")))
            for number in numbers {
                let stored = Data(try await sluice.raw(number))
                #expect(stored == sent, "mail \(number) differs")
            }
        }

        @Test func `a mail of 100 MB arrives octet for octet, and takes no memory while it comes in`() async throws {
            var files = SiteFiles()
            files.messageLimit = "150MB"
            try await withSluice(files) { sluice in
                let answer = try await send(100 * Self.megabyte, sessions: 1, to: sluice)
                #expect(answer.replies.allSatisfy { $0.hasPrefix("250 2.0.0") }, "\(answer.replies)")
                #expect(answer.grown < Self.once + Self.perSession, "grown by \(answer.grown)")
                let ledger = try await sluice.settled(received: 1, within: .seconds(240))
                #expect(ledger.delivered == 1 && ledger.addsUp)
                try await expectStored(1...1, in: sluice)
                _ = try await eventually("its file goes") { try spools(of: sluice).isEmpty ? true : nil }
            }
        }

        /// What delivery may take of one mail, whatever its size: the pieces in which attachments are decoded, and tables.
        private static let delivery = 32 << 20

        @Test(arguments: ["as it is", "forged=mx.example.org"])
        func `a mail of 100 MB is checked, rewritten and delivered within a bounded part of memory`(
            more: String
        ) async throws {
            var files = SiteFiles()
            files.messageLimit = "150MB"
            files.lastCheck = "authentication-results"
            try await withSluice(files) { sluice in
                let answer = try await send(
                    100 * Self.megabyte, sessions: 1, to: sluice, ["watch=\(sluice.data)/queue", more])
                #expect(answer.replies.allSatisfy { $0.hasPrefix("250 2.0.0") }, "\(answer.replies)")
                #expect(answer.delivering > 0 && answer.delivering < Self.delivery, "took \(answer.delivering)")
                let ledger = try await sluice.settled(received: 1, within: .seconds(240))
                #expect(ledger.delivered == 1 && ledger.addsUp)
                try await expectStored(1...1, in: sluice)
            }
        }

        @Test func `many large mails at once take a bounded part of memory each`() async throws {
            try await withSluice { sluice in
                let answer = try await send(10 * Self.megabyte, sessions: 12, to: sluice)
                #expect(answer.replies.allSatisfy { $0.hasPrefix("250 2.0.0") }, "\(answer.replies)")
                #expect(answer.grown < Self.once + 12 * Self.perSession, "grown by \(answer.grown)")
                let ledger = try await sluice.settled(received: 12, within: .seconds(240))
                #expect(ledger.delivered == 12 && ledger.addsUp)
                try await expectStored(1...2, in: sluice)
            }
        }

        @Test func `large mails that break off leave nothing behind`() async throws {
            try await withSluice { sluice in
                let answer = try await send(8 * Self.megabyte, sessions: 5, to: sluice, ["half"])
                #expect(answer.replies == Array(repeating: "", count: 5))
                _ = try await eventually("their files go") { try spools(of: sluice).isEmpty ? true : nil }
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(Wire.mail(subject: "After"), to: ["user@example.org"]).code == 250)
                let ledger = try await sluice.settled(received: 1)
                #expect(ledger.received == 1 && ledger.addsUp)
                #expect(try await sluice.stop() == .exited(0))
            }
        }

        @Test func `a large mail that was accepted survives the server's sudden end`() async throws {
            var files = SiteFiles()
            files.retry = "{ first: 1s, factor: 1, max: 1s, for: 10m }"
            try await withSluice(files) { sluice in
                let answer = try await send(20 * Self.megabyte, sessions: 2, to: sluice)
                try sluice.kill()
                #expect(answer.replies.allSatisfy { $0.hasPrefix("250 2.0.0") }, "\(answer.replies)")
                try await sluice.start()
                let ledger = try await sluice.settled(received: 2, within: .seconds(120))
                #expect(ledger.delivered == 2 && ledger.addsUp)
                try await expectStored(1...2, in: sluice)
                _ = try await eventually("the files go") { try spools(of: sluice).isEmpty ? true : nil }
            }
        }
    }
}
