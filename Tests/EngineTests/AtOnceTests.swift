import Addressing
import Bytes
import DurableQueue
import Glibc
import SMTP
import StageKit
import Synchronization
import Testing

@testable import Engine

/// Steps of the session that know their answers at once.
struct AtOnceTests {
    private struct Trouble: Error {}

    private static let parts = """
        session:
          mail: [ probe: { as: m, timeout: 50ms } ]
          recipient: [ recipient-probe: { as: a, timeout: 50ms }, recipient-probe: { as: b, timeout: 50ms } ]
          message: [ probe: { as: x, timeout: 50ms }, probe: { as: y }, probe: { as: z, timeout: 50ms } ]
        deliver: [ store ]
        """

    private static let steps: [(SessionPhase, String)] = [
        (.mail, "session.mail.m"), (.recipient, "session.recipient.b"), (.message, "session.message.x"),
    ]

    /// What a stage may do wrong at once.
    enum Misdeed: String, CaseIterable, Sendable {
        case error, slow, positiveReply, nestedVerdicts, otherMessage, otherContent
    }

    private func commit(_ misdeed: Misdeed, _ message: inout Message) throws -> Verdict {
        message.facts["left.behind"] = .bool(true)
        switch misdeed {
        case .error: throw Trouble()
        case .slow: usleep(80_000)
        case .positiveReply: return .reject(Reply(250, nil, "fine"), reason: "odd")
        case .nestedVerdicts: return .perRecipient([.perRecipient([.proceed])])
        case .otherMessage:
            message = Message(id: MessageID(high: 1, low: 1), received: message.received, client: message.client)
        case .otherContent: message = message.with(content: Octets([1]))
        }
        return .proceed
    }

    @Test(arguments: steps, Misdeed.allCases)
    func `a step that goes wrong at once is 451, and nothing is accepted`(
        _ place: (phase: SessionPhase, step: String), _ misdeed: Misdeed
    ) async throws {
        let server = try TestServer(Self.parts)
        server.script.onRecipientAtOnce("session.recipient.a") { _, _ in .proceed }
        server.script.atOnce(place.step) { try self.commit(misdeed, &$0) }
        server.script.onRecipientAtOnce(place.step) { try self.commit(misdeed, &$1) }
        try await server.serve { entrance in
            let answer = await entrance.send()
            #expect(answer == .refused(place.phase, Reply(.localError, "Local error in processing, try again later")))
        }
        #expect(server.ledger.received == 0)
        #expect(server.count(place.step, .failure) == 1)
    }

    @Test func `who answers at once is not asked again, and a phase of such steps is over when the call returns`()
        async throws
    {
        let server = try TestServer(Self.parts)
        for step in ["session.mail.m", "session.message.x", "session.message.y", "session.message.z"] {
            server.script.on(step) { _, _ in
                Issue.record("\(step) was asked again")
                return .proceed
            }
            server.script.atOnce(step) { message in
                message.facts["asked.\(step.suffix(1))"] = .bool(true)
                return .proceed
            }
        }
        server.script.onRecipientAtOnce("session.recipient.a") { recipient, _ in
            recipient.facts[ScriptFacts.mark] = "known"
            return .proceed
        }
        let stored = Mutex<[Message]>([])
        server.script.on("deliver.store") { message, _ in
            stored.withLock { [message] in $0.append(message) }
            return .proceed
        }
        try await server.serveUntilQuiet { entrance in
            let bare = entrance.makeMessage(from: Client(address: "192.0.2.1", port: 1))
            guard case .known = entrance.mail(bare) else {
                Issue.record("nothing had to wait")
                return
            }
            #expect(await entrance.send().code == 250)
        }
        let message = try #require(stored.withLock { $0 }.first)
        for name in ["m", "x", "y", "z"] { #expect(message.facts["asked.\(name)"] == .bool(true)) }
        #expect(message.recipients.first?.facts[ScriptFacts.mark] == "known")
    }

    @Test func `from the first step on that has to wait, the others are asked in their order`() async throws {
        let server = try TestServer(Self.parts)
        let gate = Gate()
        let order = Mutex("")
        server.script.atOnce("session.message.x") { message in
            order.withLock { $0 += "x" }
            message.facts["seen.x"] = .bool(true)
            return .proceed
        }
        server.script.on("session.message.y") { message, _ in
            #expect(message.facts["seen.x"] == .bool(true))
            await gate.pass()
            order.withLock { $0 += "y" }
            return .proceed
        }
        server.script.on("session.message.z") { _, _ in
            order.withLock { $0 += "z" }
            return .reject(Reply(.policyViolation, "No"), reason: "late")
        }
        try await server.serve { entrance in
            async let answer = entrance.send()
            gate.open()
            #expect(await answer == .refused(.message, Reply(.policyViolation, "No")))
        }
        #expect(order.withLock { $0 } == "xyz")
        for step in ["x", "y"] { #expect(server.count("session.message.\(step)", .success) == 1) }
    }

    @Test(arguments: ["other recipients", "other content"])
    func `a step that says it has to wait, and has begun, is 451`(_ deed: String) async throws {
        let server = try TestServer(Self.parts)
        server.script.atOnce("session.message.x") { message in
            if deed == "other content" { message = message.with(content: Octets([1])) } else { message.recipients = [] }
            return nil
        }
        try await server.serve { entrance in #expect(await entrance.send().code == 451) }
        #expect(server.ledger.received == 0 && server.count("session.message.x", .failure) == 1)
    }

    @Test func `who hangs behind steps that answer at once is the one that fails`() async throws {
        let server = try TestServer(Self.parts)
        for step in ["x", "y"] { server.script.atOnce("session.message.\(step)") { _ in .proceed } }
        server.script.on("session.message.z") { _, _ in
            try await Task.sleep(for: .seconds(60))
            return .proceed
        }
        try await server.serve { entrance in #expect(await entrance.send().code == 451) }
        for (step, outcome) in [("x", StepMetrics.Outcome.success), ("y", .success), ("z", .failure)] {
            #expect(server.count("session.message.\(step)", outcome) == 1, "\(step)")
        }
    }

    @Test(arguments: [true, false])
    func `a step at recipient that fails takes nothing away from what those before it found out at once`(
        _ isAtOnce: Bool
    ) async throws {
        let server = try TestServer(Self.parts)
        server.script.onRecipientAtOnce("session.recipient.a") { _, message in
            message.facts["found.out"] = .bool(true)
            return .proceed
        }
        if isAtOnce {
            server.script.onRecipientAtOnce("session.recipient.b") { try self.commit(.error, &$1) }
        } else {
            server.script.onRecipient("session.recipient.b") { try self.commit(.error, &$1) }
        }
        try await server.serve { entrance in
            var message = entrance.makeMessage(from: Client(address: "192.0.2.1", port: 1))
            let recipient = EmailAddress(localPart: "a", domain: "example.org")
            #expect(await entrance.recipient(recipient, of: &message) != .proceed)
            #expect(message.recipients.isEmpty)
            #expect(message.facts["found.out"] == .bool(true) && message.facts["left.behind"] == nil)
        }
    }
}
