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

            let exact, strangers, stored: Int
            let missing, attachments: [String]
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

        /// Compares the store with the attachments that Python's email package sees, by the SHA-256 of their contents.
        ///
        /// The two readers of MIME take some parts differently (mails within mails, broken ones), so a few may be beside
        /// those; but whatever Python decodes is kept, once, under its hash.
        private func checkAttachments(_ sluice: Sluice, _ expected: [String]) async throws {
            let outcome = try await sluice.command("attachments", "--json")
            let blobs = try outcome.decoded(as: [String: Int].self)["blobs"] ?? -1
            let store = sluice.data + "/attachments"
            let names = try FileManager.default.subpathsOfDirectory(atPath: store)
                .filter { Self.isFile(store + "/" + $0) }
            #expect(names.count == blobs, "\(names.count) files")
            let kept = Set(names.compactMap { $0.split(separator: "/").last.map(String.init) })
            let missing = Set(expected).subtracting(kept)
            #expect(missing.isEmpty, "of \(expected.count): \(missing)")
            #expect(blobs <= expected.count + max(1, expected.count / 10), "\(kept.subtracting(expected))")
        }

        private static func isFile(_ path: String) -> Bool {
            var isDirectory: ObjCBool = false
            return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
        }
    }
}
