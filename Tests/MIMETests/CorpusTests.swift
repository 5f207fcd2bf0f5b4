import Bytes
import MIME
import Testing

struct CorpusTests {
    private static let corpus = "mail/data"

    @Test(.enabled(if: Suites.exists(corpus), "the SpamAssassin corpus is not in SLUICE_SUITES"))
    func `every mail of a public corpus is understood`() {
        var (mails, subjects, senders, dates, texts) = (0, 0, 0, 0, 0)
        var unclear: [String] = []
        for path in Suites.files(in: "\(Suites.root)/\(Self.corpus)") where path.hasSuffix(".txt") {
            let message = ParsedMessage(parsing: Octets(Suites.octets(of: path)))
            exercise(message, fields: false)
            mails += 1
            if case .unclear = message.authors { unclear.append(path) }
            if message.subject != nil { subjects += 1 }
            if !message.from.isEmpty { senders += 1 }
            if message.date != nil { dates += 1 }
            if !message.text.isEmpty { texts += 1 }
        }
        #expect(mails > 6_000)
        // Spam lacks some of it; what lacks it was counted by eye.
        #expect(subjects > mails - 30)
        #expect(senders > mails - 150)
        #expect(dates > mails - 60)
        #expect(texts > mails - 60)
        // Addresses with two at signs and the like, which honest mail does not have.
        #expect(unclear.count < 15 && unclear.allSatisfy { $0.contains("/spam-") })
    }
}
