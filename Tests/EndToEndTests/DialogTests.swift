import Foundation
import Testing

extension EndToEndTests {
    /// The dialogues of files, over TCP, with the whole server behind them.
    @Suite struct DialogTests {
        @Test func `dialogues with the inbound pipeline go as written and only their messages are stored`() async throws
        {
            let dialogs = try Dialog.all(in: Places.here + "/Dialogs")
            try await withSluice(users: ["user", "other"]) { sluice in
                var player = DialogPlayer(sluice)
                for dialog in dialogs { await player.play(dialog) }
                let sent = player.accepted.map(\.content)
                #expect(!sent.isEmpty)
                let ledger = try await sluice.settled(received: sent.count)
                #expect(ledger.addsUp && ledger.received == sent.count && ledger.delivered == sent.count, "\(ledger)")
                // Every message of these dialogues has this one among its recipients.
                let directory = try await sluice.export(to: "export")
                let stored = try FileManager.default.contentsOfDirectory(atPath: directory)
                    .map { Workspace.octets(directory + "/" + $0) }
                #expect(stored.count == sent.count)
                for (dialog, _, content) in player.accepted { #expect(stored.contains(content), "\(dialog)") }
            }
        }

        /// What the session promises to its own tests must hold on the wire, too.
        @Test func `every dialogue of the session's tests goes as written and its messages are kept as written`()
            async throws
        {
            let dialogs = try Dialog.all(in: Places.root + "/Tests/SMTPTests/Dialogs").filter { !$0.isScripted }
            #expect(dialogs.count > 150)
            let groups = Dictionary(grouping: dialogs, by: \.settings)
            for (settings, dialogs) in groups.sorted(by: { $0.value.count > $1.value.count }) {
                try await play(dialogs, settings)
            }
        }

        private func play(_ dialogs: [Dialog], _ settings: Dialog.Settings) async throws {
            try await withSluice(files(settings), users: []) { sluice in
                var player = DialogPlayer(sluice)
                for dialog in dialogs { await player.play(dialog) }
                // Nobody has a mailbox here, so every accepted message ends in quarantine, where it can be read.
                let ledger = try await sluice.settled(received: player.accepted.count)
                #expect(ledger.addsUp && ledger.received == player.accepted.count)
                #expect(ledger.quarantined == player.accepted.count, "\(ledger)")
                for (dialog, id, content) in player.accepted {
                    let shown = try await sluice.control("/quarantine/\(id)")
                    expectSame(shown, content, dialog)
                }
            }
        }

        /// A pipeline that says yes to everybody, like the one that the session's own tests play.
        private func files(_ settings: Dialog.Settings) -> SiteFiles {
            var files = SiteFiles()
            files.pipeline = """
                sluice: 1
                pipeline: inbound
                receive:
                  smtp:
                    listen: ["127.0.0.1:PORT"]
                    limits:
                      message: \(settings.messageLimit)B
                      recipients: \(settings.recipientLimit)
                      errors: \(settings.errorLimit)
                      idle-commands: \(settings.idleLimit)
                    bare-newlines: \(settings.refusesBareNewlines ? "refuse" : "normalise")
                accept:
                  queue: {}
                deliver:
                  - store-metadata

                """
            return files
        }
    }
}
