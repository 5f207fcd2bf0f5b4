import Addressing
import Bytes
import SMTP
import Testing

@testable import StageKit

struct MessageTests {
    private let sender = EmailAddress(localPart: "a", domain: "example.com")

    private func message() -> Message {
        var message = Message(
            id: MessageID(high: 1, low: 2), received: Timestamp(microseconds: 3),
            client: Client(address: "192.0.2.1", port: 25, helo: "one.example"))
        message.reversePath = .address(sender)
        message.parameters.size = 1_000
        message.recipients = [Recipient(sender, index: 0)]
        message.facts["word"] = .string("said")
        message.trace = ["Received: here\r\n"]
        return message
    }

    @Test func `a change of a copy leaves the message as it was`() {
        let original = message()
        var copy = original
        copy.client.helo = "two.example"
        copy.reversePath = .null
        copy.parameters.size = 2_000
        #expect(original.client.helo == "one.example" && copy.client.helo == "two.example")
        #expect(original.reversePath == .address(sender) && copy.reversePath == .null)
        #expect(original.parameters.size == 1_000 && copy.parameters.size == 2_000)
        #expect(original.senderText == "a@example.com" && copy.senderText == "")
    }

    @Test func `a change of client or parameters changes nothing else`() {
        var message = message()
        message.client.user = "somebody"
        message.parameters.requiresTLS = true
        #expect(message.client.user == "somebody" && message.client.helo == "one.example")
        #expect(message.reversePath == .address(sender) && message.senderText == "a@example.com")
        #expect(message.parameters.size == 1_000 && message.parameters.requiresTLS)
    }

    @Test func `a message with another content is the same in all else`() {
        let original = message()
        let other = original.with(content: Octets([1, 2]))
        #expect(original.content.isEmpty && other.content == Octets([1, 2]))
        #expect(other.id == original.id && other.received == original.received)
        #expect(other.client == original.client && other.reversePath == original.reversePath)
        #expect(other.parameters == original.parameters && other.recipients == original.recipients)
        #expect(other.facts == original.facts && other.trace == original.trace)
        #expect(other.senderText == "a@example.com")
    }
}
