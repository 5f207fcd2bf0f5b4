/// A mail as the replay of arrivals hands it out.
package struct SequencedMail: Sendable, Hashable {
    /// What lists show, with user, number and sequence.
    package var summary: MailSummary
    /// The rest.
    package var body: StoredBody
}
