import Foundation
import Testing

extension EndToEndTests {
    /// Many mails that people and programs have really sent.
    @Suite struct CorpusTests {
        private struct Sending: Decodable {
            let accepted: Int
            let refused: [String]
        }

        private struct Comparison: Decodable {
            struct Search: Decodable {
                let word: String
                let numbers: [Int]
            }

            let exact, strangers, stored, attachments: Int
            let missing: [String]
            let searches: [Search]
        }

        @Test(.enabled(if: Places.hasMail, "needs SLUICE_SUITES/mail/data; the project's own mails are tested anyway"))
        func `500 real mails of all groups are stored once, byte for byte, and found by their words`() async throws {
            try await deliver(Mails.slice(500))
        }

        @Test func `the project's own mails are stored once, byte for byte, and found by their words`() async throws {
            try await deliver(Mails.fixtures())
        }

        private func deliver(_ files: [String]) async throws {
            var site = SiteFiles()
            // All of them must arrive, also what the scores of the file would refuse.
            site.refusesSpam = false
            try await withSluice(site) { sluice in
                let sending = try await sluice.workspace.client(
                    "corpus", ["send", "\(sluice.port)", "user@example.org", "6"] + files, as: Sending.self)
                #expect(sending.refused.isEmpty && sending.accepted == files.count, "\(sending)")
                let ledger = try await sluice.settled(received: files.count, within: .seconds(120))
                #expect(ledger.addsUp && ledger.delivered == files.count && ledger.received == files.count, "\(ledger)")
                let directory = try await sluice.export(to: "export")
                let found = try await sluice.workspace.client(
                    "corpus", ["compare", directory] + files, as: Comparison.self)
                #expect(found.exact == files.count && found.stored == files.count, "missing: \(found.missing)")
                #expect(found.strangers == 0)
                try await checkAttachments(sluice, found.attachments)
                #expect(!found.searches.isEmpty)
                for search in found.searches {
                    let hits = try await sluice.search(search.word, limit: 100).hits.map(\.id)
                    #expect(
                        !Set(hits).isDisjoint(with: search.numbers), "\(search.word): \(search.numbers), got \(hits)")
                }
            }
        }

        /// Two readers of MIME differ in broken mails, and Python's does not look into mails within mails that are encoded;
        /// one in twenty may differ. What does not depend on the reader is that no content is kept twice.
        private func checkAttachments(_ sluice: Sluice, _ expected: Int) async throws {
            let outcome = try await sluice.command("attachments", "--json")
            let blobs = try outcome.decoded(as: [String: Int].self)["blobs"] ?? -1
            #expect(abs(blobs - expected) <= expected / 20, "\(blobs) kept, Python sees \(expected)")
            let store = sluice.data + "/attachments"
            let names = try FileManager.default.subpathsOfDirectory(atPath: store)
                .filter { Self.isFile(store + "/" + $0) }
            #expect(names.count == blobs, "\(names.count) files")
            #expect(Set(try names.map { try Data(contentsOf: URL(filePath: store + "/" + $0)) }).count == names.count)
        }

        private static func isFile(_ path: String) -> Bool {
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
        }
    }
}
