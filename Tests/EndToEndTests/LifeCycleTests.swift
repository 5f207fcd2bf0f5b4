import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// Starts, stops and sudden ends.
    @Suite struct LifeCycleTests {
        @Test func `SIGTERM under load delivers or keeps everything acknowledged, and a restart serves the rest`()
            async throws
        {
            try await withSluice { sluice in
                let storm = try Storm(sluice)
                defer { storm.end() }
                try await storm.accepts(60)
                #expect(try await sluice.stop() == .exited(0))
                let seen = try await storm.stop()
                let last = try #require(sluice.log.split(separator: "\n").last)
                let remaining = try #require(Farewell.remaining(last), "\(last)")
                let stopped = try await sluice.queue()
                let ledger = stopped.inbound
                #expect(ledger.addsUp && ledger.pending == remaining && stopped.pending.count == remaining)
                #expect(ledger.received >= seen.accepted.count)
                #expect(seen.refusals.isSubset(of: ["421", "451"]), "\(seen.refusals)")
                try await sluice.start()
                _ = try await sluice.settled(received: ledger.received)
                try await check(sluice, seen, "restarted")
            }
        }

        @Test func `a message in progress at SIGTERM may be finished`() async throws {
            try await withSluice { sluice in
                let mail = Wire.mail(subject: "Unhurried")
                let client = try await SMTPClient(port: sluice.port)
                var idle: SMTPClient? = try await SMTPClient(port: sluice.port)
                #expect(try await client.envelope(from: "a@sender.example", to: ["user@example.org"]).code == 354)
                try await client.connection.send(Array(mail.prefix(40)))
                try sluice.signal(SIGTERM)
                // The idle session is told first: from then on the server is stopping.
                #expect(try await idle?.reply().code == 421)
                idle = nil
                try await client.connection.send(Array(Wire.stuffed(mail).dropFirst(40)))
                #expect(try await client.reply().code == 250)
                try await client.quit()
                #expect(try await sluice.wait() == .exited(0))
                try await sluice.start()
                let hits = try await sluice.search("unhurried", finds: 1)
                try await expectSame(sluice.raw(hits[0].id), mail)
                #expect(try await sluice.settled(received: 1).delivered == 1)
            }
        }

        @Test func `a second server on the same data is refused and told the first one's process`() async throws {
            try await withSluice { sluice in
                let second = try ChildProcess(
                    Places.sluice, ["run", sluice.pipelines], output: sluice.workspace("second.out"),
                    errors: sluice.workspace("second.err"))
                defer { second.kill() }
                #expect(try await second.wait() == .exited(75))
                let said = Workspace.text(sluice.workspace("second.err"))
                #expect(said.contains("process \(try sluice.pid)"), "\(said)")
                // The first goes on as if nothing had been.
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(Wire.mail(subject: "Still here"), to: ["user@example.org"]).code == 250)
                #expect(try await sluice.search("still", finds: 1).count == 1)
            }
        }

        @Test func `search, mail and queue answer alike while the server runs and after it has stopped`() async throws {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                for number in 1...7 {
                    let mail = Wire.mail(subject: "Number \(number)", "capybara \(number)")
                    #expect(try await client.send(mail, to: ["user@example.org"]).code == 250)
                }
                try await client.quit()
                _ = try await sluice.search("capybara", finds: 7)
                _ = try await sluice.settled(received: 7)
                let commands = [
                    ["search", "user@example.org", "capybara", "--json"],
                    ["search", "user@example.org", "subject:number 3", "--json"],
                    ["mail", "list", "user@example.org", "--json"], ["mail", "show", "user@example.org", "4", "--raw"],
                    ["mail", "show", "user@example.org", "4"], ["queue", "--json"], ["quarantine", "list", "--json"],
                    ["attachments", "--json"], ["user", "list"],
                ]
                var running: [[UInt8]] = []
                for command in commands {
                    let outcome = try await sluice.command(command)
                    #expect(outcome.status == 0, "\(command): \(outcome.testDescription)")
                    running.append(outcome.octets)
                }
                #expect(try await sluice.stop() == .exited(0))
                for (command, octets) in zip(commands, running) {
                    let outcome = try await sluice.command(command)
                    #expect(outcome.status == 0, "\(command): \(outcome.testDescription)")
                    expectSame(outcome.octets, octets, "\(command)")
                }
                #expect(try await sluice.command("watch", "user@example.org").status == 69)
            }
        }

        @Test func `nothing acknowledged is lost or doubled by sudden ends under load`() async throws {
            let environment = ProcessInfo.processInfo.environment
            let kills = environment["SLUICE_KILLS"].flatMap { Int($0) } ?? 5
            let seed = environment["SLUICE_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000)
            FileHandle.standardError.write(Data("\(kills) sudden ends, SLUICE_SEED=\(seed)\n".utf8))
            var random = SeededGenerator(seed)
            try await withSluice { sluice in
                let storm = try Storm(sluice, seed: seed)
                defer { storm.end() }
                for _ in 0..<kills {
                    try await storm.accepts(1)
                    try await Task.sleep(for: .milliseconds(Int.random(in: 0..<800, using: &random)))
                    try sluice.kill()
                    try await sluice.start()
                }
                try await storm.accepts(1)
                let seen = try await storm.stop()
                let ledger = try await sluice.settled(received: 1, within: .seconds(120))
                #expect(ledger.addsUp && ledger.quarantined == 0, "SLUICE_SEED=\(seed): \(ledger)")
                try await check(sluice, seen, "SLUICE_SEED=\(seed)")
            }
        }

        /// Compares what the client saw with what is in the mailbox.
        private func check(_ sluice: Sluice, _ seen: Storm.Record, _ context: String) async throws {
            let stored = try await sluice.storedTokens("export")
            let lost = seen.accepted.keys.filter { stored[$0] == nil }
            #expect(lost.isEmpty, "\(context): \(lost.count) of \(seen.accepted.count) acknowledged mails are lost")
            let doubled = stored.filter { $0.value.count > 1 }
            #expect(doubled.isEmpty, "\(context): \(doubled.count) of \(stored.count) mails are there twice")
            let sent = seen.accepted.merging(seen.unsure) { accepted, _ in accepted }
            let strangers = Set(stored.keys).subtracting(sent.keys)
            #expect(strangers.isEmpty, "\(context): \(strangers.sorted().prefix(5)) were never sent to the end")
            let changed = stored.filter { $0.value.first != sent[$0.key] }
            #expect(changed.isEmpty, "\(context): \(changed.count) of \(stored.count) mails are not as they were sent")
            let found = try await sluice.search("words", limit: 1).total
            #expect(found == stored.count, "\(context): the index has \(found) of \(stored.count) mails")
        }
    }
}
