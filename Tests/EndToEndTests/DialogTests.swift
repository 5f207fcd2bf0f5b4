import Testing

extension EndToEndTests {
    /// The dialogues of files, over TCP, with the whole server behind them.
    @Suite struct DialogTests {
        /// Those of the session's own tests too: what the session promises must hold on the wire.
        static let folders = [Places.root + "/Tests/SMTPTests/Dialogs", Places.here + "/Dialogs"]

        @Test func `every dialogue goes as written and its messages are kept as written`() async throws {
            let dialogs = try Self.folders.flatMap { try Dialog.all(in: $0) }.filter { !$0.isScripted }
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
