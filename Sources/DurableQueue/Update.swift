package import StageKit

/// What an attempt at delivery came to.
///
/// Only recipients that are pending change; an update of others, or of an unknown message, changes nothing, so that it
/// may be repeated.
package struct Update: Sendable {
    package var id: MessageID
    package var recipients: [(index: Int, state: RecipientState)]
    /// When and where to go on with those that stay pending; without one the message stays with its claimant.
    package var postponement: Postponement?

    package init(
        id: MessageID, recipients: [(index: Int, state: RecipientState)] = [], postponement: Postponement? = nil
    ) {
        self.id = id
        self.recipients = recipients
        self.postponement = postponement
    }
}
