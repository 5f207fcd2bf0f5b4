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
            isUnread: !mail.flags.contains(.seen), preview: mail.preview)
    }
}

extension SearchAnswer {
    /// Searches the index; the newest mail comes first.
    ///
    /// - Throws: `Failure` for a bad query or an unknown user, and what the stores say.
    static func search(
        _ services: StageServices, user address: String, query text: String, limit: Int, before: UInt32?
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
            result = try index.search(user: user.value, query: query, limit: limit, before: before)
        } catch {
            // A damaged page: what it had is indexed again from the store first.
            guard try await index.repair(error) else { throw error }
            services.logger.error("index repaired", metadata: ["reason": "\(error)"])
            result = try index.search(user: user.value, query: query, limit: limit, before: before)
        }
        let total: Int
        switch result.count {
        case .exactly(let count): total = count
        case .atLeast: total = try index.count(user: user.value, query: query)
        }
        let summaries = try await services.mailStore().summaries(user: user, numbers: result.numbers)
        let hits = summaries.sorted { $0.number > $1.number }.map { Hit($0) }
        var answer = SearchAnswer(total: total, hits: hits, next: result.next)
        if hits.isEmpty, before == nil {
            answer.suggestions = try index.suggestions(user: user.value, query: query).map {
                Suggestion(word: $0.word, replacement: $0.replacement)
            }
        }
        if index.mayMissMails { answer.mayMissMails = true }
        return answer
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
