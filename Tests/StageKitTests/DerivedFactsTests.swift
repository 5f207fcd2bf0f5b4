import Bytes
import MIME
import StageKit
import StageTesting
import Synchronization
import Testing

/// Facts that follow from a message's content.
struct DerivedFactsTests {
    private static let subject = Fact<String>("derived-test.subject", "The subject.")
    private static let parts = Fact<Int>("derived-test.parts", "How many parts there are.")

    private static func derivation(noting asked: @escaping @Sendable () -> Void = {}) -> Derivation {
        var derivation = Derivation()
        derivation.add(subject) { message in
            asked()
            return message.subject ?? ""
        }
        derivation.add(parts) { $0.parts.count }
        return derivation
    }

    @Test func `a fact is found out once, when somebody asks for it, and in all copies of the message`() {
        let asked = Mutex(0)
        var message = Samples.message(text: "Subject: one\r\n\r\ntext\r\n")
        message.derive(Self.derivation { asked.withLock { $0 += 1 } })
        #expect(asked.withLock { $0 } == 0)
        let copy = message
        #expect(message.facts[Self.subject] == "one" && message.facts["derived-test.parts"] == .int(1))
        #expect(copy.facts[Self.subject] == "one")
        #expect(asked.withLock { $0 } == 1)
    }

    @Test func `facts that follow from the content are neither counted, listed nor compared`() {
        var message = Samples.message(text: "Subject: one\r\n\r\ntext\r\n")
        let before = message.facts
        message.derive(Self.derivation())
        #expect(message.facts == before && message.facts.count == before.count)
        #expect(message.facts.named.map(\.name) == before.named.map(\.name))
    }

    @Test func `what a stage has set counts before what follows from the content`() {
        var message = Samples.message(text: "Subject: one\r\n\r\ntext\r\n")
        message.derive(Self.derivation())
        message.facts[Self.subject] = "set"
        #expect(message.facts[Self.subject] == "set" && message.facts.named.contains { $0.name == Self.subject.name })
        message.facts[Self.subject] = nil
        #expect(message.facts[Self.subject] == "one")
    }

    @Test func `the facts of two stages follow side by side`() {
        let fields = Fact<Int>("derived-test.fields", "How many fields there are.")
        var other = Derivation()
        other.add(fields) { $0.header.fields.count }
        var message = Samples.message(text: "Subject: one\r\n\r\ntext\r\n")
        message.derive(Self.derivation())
        message.derive(other)
        #expect(message.facts[Self.subject] == "one" && message.facts[fields] == 1)
        let rewritten = message.with(content: Octets(Array("Subject: two\r\nX: y\r\n\r\n".utf8)))
        #expect(rewritten.facts[Self.subject] == "two" && rewritten.facts[fields] == 2)
    }

    @Test func `another content has other facts`() {
        var message = Samples.message(text: "Subject: one\r\n\r\ntext\r\n")
        message.derive(Self.derivation())
        let other = message.with(content: Octets(Array("Subject: two\r\n\r\ntext\r\n".utf8)))
        #expect(other.facts[Self.subject] == "two" && message.facts[Self.subject] == "one")
    }

    @Test func `all facts of a message can be had at once`() {
        let facts = Self.derivation().facts(of: ParsedMessage(parsing: Octets(Array("Subject: x\r\n\r\n".utf8))))
        #expect(facts[Self.subject] == "x" && facts[Self.parts] == 1 && facts.count == 2)
        #expect(Self.derivation().declarations.map(\.name) == [Self.subject.name, Self.parts.name])
    }
}
