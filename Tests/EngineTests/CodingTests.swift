import Addressing
import Bytes
import DurableQueue
import SMTP
import SimulatedFiles
import StageKit
import StageTesting
import Testing

@testable import Engine

/// What the queue keeps of a message comes back as it was, and nonsense is refused without a trap.
struct CodingTests {
    private static let facts = Facts(values: [
        "a.bool": .bool(true), "a.int": .int(.min), "b.int": .int(.max), "a.double": .double(-0.0),
        "b.double": .double(.infinity), "a.string": .string("grüße\u{0}\r\n"), "b.string": .string(""),
        "a.list": .strings(["", "x", String(repeating: "ü", count: 300)]), "b.list": .strings([]),
        "a.bytes": .bytes(Octets([0, 255, 10])), "b.bytes": .bytes(Octets([])),
    ])

    private static var message: Message {
        var message = Samples.message(text: "Subject: x\r\n\r\ny\r\n", to: ["a@example.org", "b@example.org"])
        message.client = Client(address: "2001:db8::1", port: 65_535, helo: "", transport: "ESMTPS")
        message.facts = facts
        message.recipients[1].facts = facts
        message.client.tls = TLSDetails(version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256")
        message.client.user = "alice"
        message.parameters.size = 7
        message.parameters.body = .binaryMIME
        message.parameters.requiresTLS = true
        message.parameters.returnedContent = .headers
        message.parameters.envelopeID = "QQ 1"
        message.parameters.submitter = ""
        message.recipients[0].parameters.notifications = []
        message.recipients[1].parameters.notifications = [.success, .delay]
        message.recipients[1].parameters.originalRecipient = .init(type: "rfc822", address: "B@example.org")
        message.trace = ["Received: from x\r\n\tby y;\r\n", ""]
        return message
    }

    private func decoded(_ head: [UInt8]) throws -> Message {
        let message = Self.message
        return try MessageHead.decode(head, id: message.id, received: message.received, content: message.content)
    }

    private func expectSame(_ left: Message, _ right: Message) {
        #expect(left.id == right.id && left.received == right.received && left.client == right.client)
        #expect(left.reversePath == right.reversePath && left.trace == right.trace)
        #expect(left.parameters == right.parameters)
        #expect(left.recipients == right.recipients && left.facts == right.facts)
        #expect(left.content == right.content)
    }

    @Test func `a head comes back as it was`() throws {
        expectSame(try decoded(MessageHead.encode(Self.message)), Self.message)
        var null = Self.message
        null.reversePath = .null
        null.recipients = []
        null.facts = Facts()
        null.trace = []
        expectSame(try decoded(MessageHead.encode(null)), null)
    }

    @Test func `a head that ends early is refused, wherever`() throws {
        let head = MessageHead.encode(Self.message)
        for length in 0..<head.count {
            #expect(throws: MalformedRecord.self) { try decoded(Array(head[..<length])) }
        }
    }

    @Test func `a head of the version without parameters is read`() throws {
        var plain = Self.message
        plain.client.tls = nil
        plain.client.user = nil
        plain.parameters = MailParameters()
        for position in plain.recipients.indices { plain.recipients[position].parameters = RecipientParameters() }
        // Nine parts of the message and two of each recipient are missing or false, each an octet.
        var head = Array(MessageHead.encode(plain).dropLast(9 + 2 * plain.recipients.count))
        head[0] = 1
        expectSame(try decoded(head), plain)
    }

    @Test func `a head of another version is refused`() {
        var head = MessageHead.encode(Self.message)
        head[0] = 3
        #expect(throws: MalformedRecord.self) { try decoded(head) }
    }

    @Test func `a head with any octet changed is read or refused, and never ends the process`() {
        let head = MessageHead.encode(Self.message)
        var refused = 0
        for position in head.indices {
            for octet: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                var changed = head
                changed[position] = octet
                do {
                    _ = try decoded(changed)
                } catch {
                    refused += 1
                }
            }
        }
        #expect(refused > 0)
    }

    @Test func `random octets are read or refused, and never end the process`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            var head = (0..<Int.random(in: 0...64, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            if !head.isEmpty { head[0] = MessageHead.version }
            do {
                _ = try decoded(head)
            } catch {
                continue
            }
        }
    }

    @Test func `progress comes back with the facts of the message and of those who wait`() throws {
        let message = Self.message
        var queued = QueuedMessage(
            id: message.id, pipeline: PipelineVersion(name: "p", digest: "d"), received: message.received,
            head: MessageHead.encode(message), content: message.content, recipients: [.pending, .pending])
        var job = try DeliveryJob(queued, stepIndex: 0)
        job.message.facts["later"] = .int(1)
        job.message.recipients[1].facts["later"] = .int(2)
        job.setBack(reason: "busy", isPermanent: false)
        queued.progress = job.progress
        let again = try DeliveryJob(queued, stepIndex: 0)
        #expect(again.message.facts["later"] == .int(1) && again.message.facts["a.int"] == .int(.min))
        #expect(again.message.recipients[1].facts["later"] == .int(2))
        for position in queued.progress.indices {
            var changed = queued
            changed.progress[position] ^= 0xFF
            do {
                _ = try DeliveryJob(changed, stepIndex: 0)
            } catch {
                continue
            }
        }
    }

    @Test func `a head with more or fewer recipients than the queue knows is refused`() {
        let message = Self.message
        for count in [0, 1, 3] {
            let queued = QueuedMessage(
                id: message.id, pipeline: PipelineVersion(name: "p", digest: "d"), received: message.received,
                head: MessageHead.encode(message), content: message.content,
                recipients: Array(repeating: .pending, count: count))
            #expect(throws: MalformedRecord.self) { try DeliveryJob(queued, stepIndex: 0) }
        }
    }
}
