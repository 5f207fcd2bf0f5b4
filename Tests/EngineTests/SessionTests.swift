import Addressing
import Bytes
import DurableQueue
import Engine
import Files
import Logging
import SMTP
import StageKit
import Synchronization
import Testing

/// The session fails closed, in every phase and in every way a stage can fail.
struct SessionTests {
    struct Trouble: Error {}

    static let parts = """
        session:
          connect: [ probe: { as: c, timeout: 100ms } ]
          mail: [ probe: { as: m, timeout: 100ms } ]
          recipient: [ recipient-probe: { timeout: 100ms } ]
          message: [ probe: { timeout: 100ms } ]
        deliver: [ store ]
        """

    static let steps: [(SessionPhase, String)] = [
        (.connect, "session.connect.c"), (.mail, "session.mail.m"), (.recipient, "session.recipient.recipient-probe"),
        (.message, "session.message.probe"),
    ]

    /// What a stage may do wrong.
    enum Misdeed: String, CaseIterable, Sendable {
        case error, hanging, deafHanging, positiveReply, transientReject, permanentPostpone, nestedVerdicts
        case miscountedVerdicts, otherMessage, otherContent
    }

    private func commit(_ misdeed: Misdeed, _ message: inout Message, _ gate: Gate) async throws -> Verdict {
        message.facts["left.behind"] = .bool(true)
        switch misdeed {
        case .error: throw Trouble()
        case .hanging: try await Task.sleep(for: .seconds(3_600))
        case .deafHanging: await gate.pass()
        case .positiveReply: return .reject(Reply(250, nil, "fine"), reason: "odd")
        case .transientReject: return .reject(Reply(.localError, "later"), reason: "odd")
        case .permanentPostpone: return .postpone(Reply(.policyViolation, "never"), reason: "odd")
        case .nestedVerdicts: return .perRecipient([.perRecipient([.proceed])])
        case .miscountedVerdicts: return .perRecipient([.proceed, .proceed, .proceed])
        case .otherMessage:
            message = Message(id: MessageID(high: 1, low: 1), received: message.received, client: message.client)
        case .otherContent: message = message.with(content: Octets([1]))
        }
        return .proceed
    }

    @Test(arguments: steps, Misdeed.allCases)
    func `a step that goes wrong is 451, and nothing is accepted`(
        _ place: (phase: SessionPhase, step: String), _ misdeed: Misdeed
    ) async throws {
        let server = try TestServer(Self.parts)
        let gate = Gate()
        defer { gate.open() }
        server.script.on(place.step) { message, _ in try await self.commit(misdeed, &message, gate) }
        server.script.onRecipient(place.step) { _, message in try await self.commit(misdeed, &message, gate) }
        try await server.serve { entrance in
            let answer = await entrance.send()
            #expect(answer == .refused(place.phase, Reply(.localError, "Local error in processing, try again later")))
        }
        #expect(server.ledger.received == 0)
        #expect(server.count(place.step, .failure) == 1)
        #expect(server.log.lines("step failed").map { $0.metadata["step"] } == ["\(place.step)"])
    }

    @Test(arguments: [true, false])
    func `a refused recipient is named in the log, and the message is not refused with it`(
        isThrown: Bool
    ) async throws {
        let server = try TestServer(Self.parts)
        server.script.onRecipient("session.recipient.recipient-probe") { _, _ in
            if isThrown { throw Trouble() }
            return .reject(Reply(.unknownMailbox, "No such mailbox here"), reason: "nobody")
        }
        try await server.serve { entrance in
            guard case .refused(.recipient, _) = await entrance.send() else {
                Issue.record("the recipient was not refused")
                return
            }
        }
        #expect(server.log.lines("recipient refused").map { $0.metadata["recipient"] } == ["alice@example.org"])
        #expect(server.log.lines("message refused").isEmpty)
    }

    @Test func `a stage that says so gives the message another content, which everything after it gets`() async throws {
        let server = try TestServer(
            """
            session:
              message:
                - rewriter
                - decide: [ { when: "message.size != 3", reject: '550 5.7.1 Old size' }, { otherwise: proceed } ]
            deliver: [ store ]
            """)
        let stored = Mutex<[String]>([])
        server.script.on("session.message.rewriter") { message, _ in
            #expect(message.text != "x\n")
            message = message.with(content: Octets(Array("\n\nx".utf8)))
            return .proceed
        }
        server.script.on("deliver.store") { message, _ in
            let text = "\(message.content.count) \(message.text)"
            stored.withLock { $0.append(text) }
            return .proceed
        }
        try await server.serveUntilQuiet { entrance in
            #expect(await entrance.send().code == 250)
        }
        #expect(stored.withLock { $0 } == ["3 \nx"])
    }

    @Test func `a large message is queued as a stage rewrote it, and in no other form`() async throws {
        let server = try TestServer("session: { message: [ rewriter ] }\ndeliver: [ store ]")
        server.script.on("session.message.rewriter") { message, _ in
            message = message.with(content: Octets(Array("new\r\n".utf8)))
            return .proceed
        }
        // The first attempt has the session's own message, the second what is in the queue.
        server.script.on("deliver.store") { _, _ in throw TestServer.Failure(description: "not now") }
        try await server.serve { entrance in
            let id = try #require(await entrance.sendLarge(["old", " and long\r\n"]).message)
            try await server.quiet()
            server.script.on("deliver.store") { [script = server.script] message, context in
                script.store(message, context.step)
                return .proceed
            }
            server.clock.advance(by: .seconds(3_600))
            try await eventually { server.ledger.delivered == 1 }
            let effect = Script.Effect(message: id, recipient: 0, step: "deliver.store")
            #expect(server.script.effects == [effect: Array("new\r\n".utf8)])
            try await eventually { try server.disk.list("/var/queue").allSatisfy { !$0.hasSuffix(".mail") } }
        }
    }

    @Test func `a condition without a result is 451`() async throws {
        // The stage declares the fact and does not set it.
        let server = try TestServer(
            """
            session:
              message:
                - probe
                - decide: [ { when: "probe.word == 'x'", reject: '550 5.7.1 No' }, { otherwise: proceed } ]
            deliver: [ store ]
            """)
        try await server.serve { entrance in
            #expect(await entrance.send().code == 451)
            server.script.on("session.message.probe") { message, _ in
                message.facts[ScriptFacts.word] = "y"
                return .proceed
            }
            #expect(await entrance.send().code == 250)
        }
        #expect(server.count("session.message.decide", .failure) == 1)
        #expect(server.count("session.message.decide", .success) == 1)
    }

    @Test func `a stage that fails leaves no trace on the connection's message`() async throws {
        let server = try TestServer(Self.parts)
        server.script.on("session.mail.m") { message, _ in
            message.facts["left.behind"] = .bool(true)
            throw Trouble()
        }
        try await server.serve { entrance in
            var message = entrance.makeMessage(from: Client(address: "192.0.2.1", port: 1))
            #expect(await entrance.mail(&message) != .proceed)
            #expect(message.facts["left.behind"] == nil)
        }
    }

    @Test(arguments: [Misdeed.error, .deafHanging])
    func `a step at recipient that fails takes nothing away from what those before it found out`(
        _ misdeed: Misdeed
    ) async throws {
        let server = try TestServer(
            """
            session:
              recipient: [ recipient-probe: { as: a }, recipient-probe: { as: b, timeout: 50ms } ]
            deliver: [ store ]
            """)
        let gate = Gate()
        defer { gate.open() }
        server.script.onRecipient("session.recipient.a") { _, message in
            message.facts["found.out"] = .bool(true)
            return .proceed
        }
        server.script.onRecipient("session.recipient.b") { _, message in
            try await commit(misdeed, &message, gate)
        }
        try await server.serve { entrance in
            var message = entrance.makeMessage(from: Client(address: "192.0.2.1", port: 1))
            let recipient = EmailAddress(localPart: "a", domain: "example.org")
            #expect(await entrance.recipient(recipient, of: &message) != .proceed)
            #expect(message.recipients.isEmpty)
            #expect(message.facts["found.out"] == .bool(true) && message.facts["left.behind"] == nil)
        }
    }

    @Test func `a phase is over when the call returns, unless one of its steps waits`() async throws {
        let server = try TestServer(
            "session: { connect: [ probe: { as: c } ], mail: [ probe: { as: m } ] }\ndeliver: [ store ]")
        let gate = Gate()
        server.script.on("session.connect.c") { message, _ in
            message.facts["found.out"] = .bool(true)
            return .proceed
        }
        server.script.on("session.mail.m") { _, _ in
            await gate.pass()
            return .reject(Reply(.policyViolation, "No"), reason: "late")
        }
        try await server.serve { entrance in
            let message = entrance.makeMessage(from: Client(address: "192.0.2.1", port: 1))
            guard case .known(let quick) = entrance.connect(message) else {
                Issue.record("nothing had to wait")
                return
            }
            #expect(quick.result == .proceed && quick.message.facts["found.out"] == .bool(true))
            guard case .awaited(let wait) = entrance.mail(quick.message) else {
                Issue.record("the gate is closed")
                return
            }
            gate.open()
            #expect(await wait().result == .refuse(Reply(.policyViolation, "No")))
        }
    }

    @Test func `the facts of the envelope are those of client and sender in every phase`() async throws {
        let server = try TestServer(Self.parts)
        server.script.on("session.mail.m") { message, _ in
            message.facts[CoreFacts.clientUser] = "somebody else"
            return .proceed
        }
        try await server.serve { entrance in
            var message = entrance.makeMessage(from: Client(address: "192.0.2.1", port: 1, helo: "one.example"))
            message.reversePath = .address(.init(localPart: "a", domain: "example.com"))
            #expect(await entrance.mail(&message) == .proceed)
            #expect(message.facts[CoreFacts.clientHelo] == "one.example")
            #expect(message.facts[CoreFacts.sender] == "a@example.com")
            message.client.helo = "two.example"
            message.reversePath = .null
            let recipient = EmailAddress(localPart: "b", domain: "example.org")
            #expect(await entrance.recipient(recipient, of: &message) == .proceed)
            #expect(message.facts[CoreFacts.clientHelo] == "two.example")
            #expect(message.facts[CoreFacts.sender] == "")
            #expect(message.facts[CoreFacts.clientUser] == "")
        }
    }

    @Test func `a step whose condition does not hold is passed by`() async throws {
        let server = try TestServer(
            """
            session:
              message: [ probe: { when: "envelope.sender == 'bad@example.com'" } ]
            deliver: [ store ]
            """)
        server.script.on("session.message.probe") { _, _ in
            .reject(Reply(.policyViolation, "No"), reason: "bad")
        }
        try await server.serve { entrance in
            #expect(await entrance.send(from: "bad@example.com") == .refused(.message, Reply(.policyViolation, "No")))
            #expect(await entrance.send(from: "good@example.com").code == 250)
        }
        #expect(server.count("session.message.probe", .refused) == 1)
        #expect(server.count("session.message.probe", .success) == 0)
    }

    @Test func `a condition at recipient reads what is known of the recipient and the envelope`() async throws {
        let server = try TestServer(
            """
            session:
              recipient:
                - recipient-probe
                - decide:
                    - { when: "recipient-probe.mark == 'full' && envelope.sender != ''", reject: '552 5.2.2 Full' }
                    - { otherwise: proceed }
            deliver: [ store ]
            """)
        server.script.onRecipient("session.recipient.recipient-probe") { recipient, _ in
            recipient.facts[ScriptFacts.mark] = recipient.address.localPart
            return .proceed
        }
        try await server.serve { entrance in
            let client = Client(address: "192.0.2.1", port: 1)
            var message = entrance.makeMessage(from: client)
            message.reversePath = .address(.init(localPart: "a", domain: "example.com"))
            // As a receiver does that skips the phases without steps: `mail` is not called.
            let full = EmailAddress(localPart: "full", domain: "example.org")
            #expect(
                await entrance.recipient(full, of: &message)
                    == .refuse(Reply(parsing: "552 5.2.2 Full") ?? Reply(250, nil, "")))
            let other = EmailAddress(localPart: "other", domain: "example.org")
            #expect(await entrance.recipient(other, of: &message) == .proceed)
            #expect(message.recipients.map { $0.facts[ScriptFacts.mark] } == ["other"])
        }
    }

    @Test func `what a decide sets is known after the durable line`() async throws {
        let server = try TestServer(
            """
            session:
              message:
                - decide: [ { when: 'message.size > 100', set: { junk: true } }, { otherwise: proceed } ]
            deliver: [ store ]
            """)
        server.script.on("deliver.store") { message, _ in
            #expect(message.facts[CoreFacts.junk] == (message.content.count > 100 ? true : nil))
            #expect(message.facts[CoreFacts.size] == message.content.count)
            #expect(message.facts[CoreFacts.recipients] == 1)
            return .proceed
        }
        try await server.serveUntilQuiet { entrance in
            #expect(await entrance.send(String(repeating: "x", count: 101)).code == 250)
            #expect(await entrance.send("x").code == 250)
        }
        #expect(server.ledger.delivered == 2)
    }
}
