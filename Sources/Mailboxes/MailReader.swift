package import AttachmentStore
package import Bytes
import MIME
package import MailStore

/// Reads stored mail back as it was accepted.
package struct MailReader: Sendable {
    package let store: MailStore
    package let attachments: AttachmentStore

    package init(store: MailStore, attachments: AttachmentStore) {
        self.store = store
        self.attachments = attachments
    }

    /// A mail with everything that is kept of it; `nil` if the user has no such mail.
    ///
    /// - Throws: What the stores say.
    package func mail(user: UserID, number: UInt32) async throws -> StoredMail? {
        guard let summary = try await store.summaries(user: user, numbers: [number]).first,
            let body = try await store.body(user: user, number: number)
        else { return nil }
        return StoredMail(summary: summary, body: body, content: try await content(of: body))
    }

    /// The message octet for octet as it was accepted.
    ///
    /// - Throws: What the attachment store says.
    package func content(of body: StoredBody) async throws -> Octets {
        try await attachments.restore(StoredForm(decoding: body.body))
    }

    /// Gives the message octet for octet as it was accepted, in pieces, so that a large one takes no memory.
    ///
    /// - Throws: What the attachment store says, before the first piece, and what `take` throws.
    package func give(
        _ body: StoredBody, to take: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        try await attachments.restore(StoredForm(decoding: body.body), to: take)
    }

    /// The text of a message, as the index was given it; attachments are not read for it.
    ///
    /// - Throws: What decoding the stored form says.
    package func text(of body: StoredBody) throws -> String {
        let form = try StoredForm(decoding: body.body)
        var octets: [UInt8] = []
        for case .literal(let piece) in form.pieces { octets += piece }
        return ParsedMessage(parsing: Octets(octets)).text
    }
}

/// A mail with everything that is kept of it.
package struct StoredMail: Sendable {
    package let summary: MailSummary
    package let body: StoredBody
    /// The message octet for octet as it was accepted.
    package let content: Octets
}
