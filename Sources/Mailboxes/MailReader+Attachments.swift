package import AttachmentStore
import MailStore

extension MailReader {
    /// How many bodies are read between two looks at what else the store has to do.
    private static let page = 64

    /// The attachments that stored mail refers to; reads the body of every message.
    ///
    /// - Throws: What the store says, and for a form that cannot be read: nothing may be concluded then.
    package func referredAttachments() async throws -> Set<Digest> {
        var digests: Set<Digest> = []
        var last: Int64? = 0
        while let position = last {
            let found: Set<Digest>
            (found, last) = try await store.bodies(after: position, limit: Self.page, Set<Digest>()) { digests, body in
                digests.formUnion(try StoredForm(decoding: body).digests)
            }
            digests.formUnion(found)
        }
        return digests
    }
}
