import Logging
import Addressing
import Bytes
import DurableQueue
import Engine
import Files
import SMTP
import SimulatedFiles
import StageKit
import Testing

/// The durable line: 250 after the commit, and never without one.
struct AcceptTests {
    @Test func `250 means that the message survives the loss of everything that was not synchronised`() async throws {
        let disk = SimulatedFileSystem()
        let server = try TestServer("deliver: [ store ]", disk: disk)
        let gate = Gate()
        server.script.on("deliver.store") { _, _ in
            await gate.pass()
            return .proceed
        }
        var id: MessageID?
        var after: SimulatedFileSystem?
        try await server.serve { entrance in
            id = await entrance.send("all of it").message
            after = disk.crash(.everything, seed: 0)
            gate.open()
        }
        let restarted = try TestServer("deliver: [ store ]", disk: try #require(after))
        try await restarted.serve { _ in try await eventually { restarted.ledger.pending == 0 } }
        let effect = Script.Effect(message: try #require(id), recipient: 0, step: "deliver.store")
        #expect(restarted.script.effects == [effect: Array("all of it".utf8)])
    }

    @Test(arguments: [Fault.inputOutput, .outOfSpace, .readOnly])
    func `a disk that fails is 45z, and nothing is accepted`(_ fault: Fault) async throws {
        let disk = SimulatedFileSystem()
        let server = try TestServer("deliver: [ store ]", disk: disk)
        try await server.serve { entrance in
            for kind in [OperationKind.create, .allocate, .write, .synchronize] { disk.planAlways(fault, for: kind) }
            #expect(await entrance.send().code == (fault == .outOfSpace ? 452 : 451))
            disk.heal()
        }
        #expect(server.ledger.received == 0 && server.log.lines("message not accepted").count == 1)
    }

    @Test func `a full queue answers as the file says`() async throws {
        var options = TestServer.options
        options.messageLimit = 2
        let server = try TestServer("deliver: [ store ]", options: options)
        let gate = Gate()
        server.script.on("deliver.store") { _, _ in
            await gate.pass()
            return .proceed
        }
        try await server.serve { entrance in
            #expect(await entrance.send().code == 250)
            #expect(await entrance.send().code == 250)
            #expect(await entrance.send() == .refused(.message, Reply(452, .init(4, 3, 1), "Try again later")))
            gate.open()
            try await server.quiet()
            #expect(await entrance.send().code == 250)
        }
        #expect(server.ledger.received == 3)
    }

    @Test func `after the end the answer is 421`() async throws {
        let server = try TestServer("deliver: [ store ]")
        var kept: (any Entrance)?
        try await server.serve { kept = $0 }
        #expect(await kept?.send().code == 421)
    }

    @Test func `a message without recipients is never accepted`() async throws {
        let server = try TestServer("deliver: [ store ]")
        try await server.serve { entrance in #expect(await entrance.send(to: []).code == 451) }
        #expect(server.ledger.received == 0)
    }

    @Test func `discard and quarantine are decided in the session and counted in the ledger`() async throws {
        let server = try TestServer(
            """
            session:
              message:
                - decide:
                    - { when: 'message.size == 1', discard: 'too short' }
                    - { when: 'message.size == 2', quarantine: 'rather short' }
                    - { when: 'message.size == 3', postpone: '450 4.7.1 Not now' }
                    - { otherwise: proceed }
            deliver: [ store ]
            """)
        try await server.serveUntilQuiet { entrance in
            let codes = [
                await entrance.send("1").code, await entrance.send("22").code, await entrance.send("333").code,
            ]
            #expect(codes == [250, 250, 450])
            #expect(await entrance.send("4444").code == 250)
        }
        let tally = server.ledger
        #expect(tally.received == 3 && tally.discarded == 1 && tally.quarantined == 1 && tally.delivered == 1)
        #expect(server.discards == [Discard(step: "session.message.decide", reason: "too short"): 1])
        let held = try #require(server.queue.quarantined().first)
        #expect(held.step == "session.message.decide" && held.reason == "rather short")
        #expect(server.count("session.message.decide", .refused) == 3)
    }

    @Test func `verdicts of recipients in the session: one reply serves all, and nobody is dropped in silence`()
        async throws
    {
        let server = try TestServer("session: { message: [ probe ] }\ndeliver: [ store ]")
        let never = Reply(.policyViolation, "Never")
        let later = Reply(.localError, "Later")
        server.script.on("session.message.probe") { message, _ in
            .perRecipient(
                message.recipients.map { recipient in
                    switch recipient.address.localPart {
                    case "never": .reject(never, reason: "blocked by alice")
                    case "later": .postpone(later, reason: "greylisted")
                    case "drop": .discard(reason: "unsubscribed")
                    case "hold": .quarantine(reason: "macro")
                    default: .proceed
                    }
                })
        }
        var id: MessageID?
        try await server.serveUntilQuiet { entrance in
            #expect(await entrance.send(to: ["never@example.org", "never@example.org"]) == .refused(.message, never))
            #expect(await entrance.send(to: ["yes@example.org", "later@example.org"]) == .refused(.message, later))
            id = await entrance.send(to: ["never", "yes", "drop", "hold"].map { "\($0)@example.org" }).message
        }
        #expect(server.script.stored(try #require(id), "deliver.store") == [1])
        let tally = server.recipients
        #expect(tally.received == 4 && tally.delivered == 1 && tally.discarded == 1 && tally.quarantined == 2)
        #expect(server.discards == [Discard(step: "session.message.probe", reason: "unsubscribed"): 1])
        let reasons = server.log.lines("message not delivered").map { "\($0.metadata["reason"] ?? "-")" }
        #expect(reasons.sorted() == ["quarantine: macro", "reject: blocked by alice", "unsubscribed"])
    }

    @Test(arguments: [false, true])
    func `where the protocol has a reply for each, some recipients take a message and others do not`(
        isLarge: Bool
    ) async throws {
        let server = try TestServer("session: { message: [ probe ] }\ndeliver: [ store ]")
        let never = Reply(.policyViolation, "Never")
        server.script.on("session.message.probe") { message, _ in
            .perRecipient(
                message.recipients.map {
                    $0.address.localPart == "never" ? .reject(never, reason: "blocked") : .proceed
                })
        }
        var outcomes: [RecipientAcceptance] = []
        try await server.serveUntilQuiet { entrance in
            let client = StageKit.Client(address: "192.0.2.1", port: 4_000, helo: "c.example", transport: "LMTP")
            var message = entrance.makeMessage(from: client)
            for name in ["never", "yes"] {
                message.recipients.append(
                    Recipient(EmailAddress(localPart: name, domain: "example.org"), index: message.recipients.count))
            }
            let text = Octets(Array("Subject: each\r\n\r\nbody\r\n".utf8))
            let acceptance: Acceptance
            if isLarge {
                let intake = entrance.takeIn(message)
                #expect(await intake.append(text) == .proceed)
                acceptance = await intake.accept(message, endingWith: text)
            } else {
                acceptance = await entrance.accept(message.with(content: text))
            }
            if case .perRecipient(let all) = acceptance { outcomes = all }
        }
        #expect(outcomes.first == .refused(never) && outcomes.count == 2)
        guard case .accepted(let receipt)? = outcomes.last else {
            Issue.record("nobody has it: \(outcomes)")
            return
        }
        #expect(server.script.stored(receipt.message, "deliver.store") == [0])
        let tally = server.recipients
        #expect(tally.received == 1 && tally.delivered == 1)
        let spools = try server.disk.list("/var/queue").filter { $0.hasPrefix("spool-") }
        #expect(spools.isEmpty, "\(spools)")
    }
}
