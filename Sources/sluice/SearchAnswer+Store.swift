import Bytes
import Files
import Logging
import MailStore
import Mailboxes
import SearchIndex
import StageKit

extension SearchAnswer.Hit {
    /// A mail of the store.
    init(_ mail: MailSummary) {
        self.init(
            id: mail.number, date: (mail.date ?? mail.received).shown, from: mail.sender, subject: mail.subject,
            mailbox: mail.mailbox, size: mail.size, attachments: mail.attachmentCount,
            isUnread: !mail.flags.contains(.seen), preview: mail.preview, snippet: nil)
    }
}

extension SearchAnswer {
    /// How many hits get a snippet: each is a body read and cut into words again.
    private static let maximumSnippets = 100
    /// About two lines of a terminal, in characters.
    private static let snippetLength = 160

    /// Searches the index; the newest mail comes first.
    ///
    /// - Throws: `Failure` for a bad query or an unknown user, and what the stores say.
    static func search(
        _ services: StageServices, user address: String, query text: String, limit: Int, after cursor: UInt32?
    ) async throws -> SearchAnswer {
        let user = try await services.user(address)
        let query: Query
        do {
            query = try Query(parsing: text, now: services.now())
        } catch {
            throw Failure(.dataError, "\(error)")
        }
        let index = try services.mailIndex()
        try await index.catchUp()
        let result: SearchResult
        do {
            result = try index.search(user: user.value, query: query, limit: limit, before: cursor)
        } catch {
            // A damaged page: what it had is indexed again from the store first.
            guard try await index.repair(error) else { throw error }
            services.logger.error("index repaired", metadata: ["reason": "\(error)"])
            result = try index.search(user: user.value, query: query, limit: limit, before: cursor)
        }
        let total: Int
        switch result.count {
        case .exactly(let count): total = count
        case .atLeast: total = try index.count(user: user.value, query: query)
        }
        let summaries = try await services.mailStore().summaries(user: user, numbers: result.numbers)
        var hits = summaries.sorted { $0.number > $1.number }.map { Hit($0) }
        for place in hits.indices.prefix(maximumSnippets) {
            hits[place].snippet = try await snippet(services, user, hits[place].id, query)
        }
        var answer = SearchAnswer(total: total, hits: hits, next: result.next)
        if hits.isEmpty, cursor == nil {
            answer.suggestions = try index.suggestions(user: user.value, query: query).map {
                Suggestion(word: $0.word, replacement: $0.replacement)
            }
        }
        if index.mayMissMails { answer.mayMissMails = true }
        return answer
    }

    /// Where a mail's text has what was searched for; `nil` if it does not, or the mail is gone by now.
    private static func snippet(
        _ services: StageServices, _ user: UserID, _ number: UInt32, _ query: Query
    ) async throws -> [Piece]? {
        let reader = try services.mailReader()
        guard let body = try await reader.store.body(user: user, number: number) else { return nil }
        return Snippet.make(text: try reader.text(of: body), query: query, length: snippetLength)?
            .map { Piece(text: $0.text, isHit: $0.isHit) }
    }
}

extension StageServices {
    /// The user with an address.
    ///
    /// - Throws: `Failure` if there is none.
    func user(_ address: String) async throws -> UserID {
        guard let user = try await mailStore().user(for: address) else {
            throw Failure(.noUser, "there is no user \(address); add one with: sluice user add \(address)")
        }
        return user
    }
}
