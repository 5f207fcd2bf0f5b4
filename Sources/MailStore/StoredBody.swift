/// What a list does not show of a mail; see ``MailDelivery``.
package struct StoredBody: Sendable, Hashable {
    /// The fields that we put before the message.
    package var trace: [UInt8]
    /// The message in its stored form.
    package var body: [UInt8]
    /// What stages found out, as JSON.
    package var facts: [UInt8]

    /// A body of its parts.
    package init(trace: [UInt8], body: [UInt8], facts: [UInt8]) {
        self.trace = trace
        self.body = body
        self.facts = facts
    }
}
