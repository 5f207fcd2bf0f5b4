import Bytes
import MailStore
import StageKit

/// A message's number that a test can name.
func messageID(_ number: Int) -> MessageID { MessageID(high: 7, low: UInt64(number)) }

/// A delivery with something in every field.
func delivery(_ number: Int, to recipient: String = "ada@example.org", mailbox: String = "INBOX") -> MailDelivery {
    var delivery = MailDelivery(
        message: messageID(number), recipient: recipient, mailbox: mailbox,
        received: Timestamp(seconds: 1_000 + Int64(number)))
    delivery.date = Timestamp(seconds: 900)
    delivery.subject = "회의록 \(number)"
    delivery.sender = "Grace <grace@example.com>"
    delivery.recipients = "Ada <\(recipient)>"
    delivery.reversePath = "grace@example.com"
    delivery.size = 4_321
    delivery.attachmentCount = 2
    delivery.preview = "the text begins"
    delivery.trace = Array("Return-Path: <grace@example.com>\r\nX-For: \(recipient)\r\n".utf8)
    delivery.body = Array("body \(number)".utf8) + [0, 255]
    delivery.facts = Array(#"{"spam.score":1.5}"#.utf8)
    return delivery
}

extension Array where Element == Result<Placement, DeliveryError> {
    /// All placements; throws the first refusal.
    func placements() throws -> [Placement] { try map { try $0.get() } }
}
