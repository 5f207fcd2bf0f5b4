import MailStore
import Addressing
import Arrivals
import MIME
import Mailboxes
import StageKit

extension Notify {
    /// What listeners are told of one recipient's copy; `nil` if it is not stored.
    func arrival(of message: Message, _ parsed: ParsedMessage, for recipient: Recipient) -> Arrival? {
        guard let placement = recipient.placement else { return nil }
        return Arrival(
            user: recipient.address.description, number: placement.number, sequence: placement.sequence,
            mailbox: recipient.facts[StoredFacts.mailbox] ?? Mailbox.inbox, subject: parsed.subject ?? "",
            sender: parsed.from.first?.description ?? "", received: message.received)
    }
}
