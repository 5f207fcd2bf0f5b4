import Foundation
import SMTPDialogs
import Testing

extension EndToEndTests {
    /// The dialogues of files, over TCP, with the whole server behind them.
    @Suite struct DialogTests {
        @Test func `dialogues with the inbound pipeline go as written and only their messages are stored`() async throws
        {
            let dialogs = try Dialog.all { $0.hasPrefix("inbound") }
            try await withSluice(users: ["user", "other"]) { sluice in
                var player = DialogPlayer(port: sluice.port)
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

        /// What the session promises to its own tests must hold on the wire, too: in the clear, and under TLS.
        @Test func `every dialogue goes as written over TCP and TLS and its messages are kept as written`() async throws
        {
            let dialogs = try Dialog.all { !$0.hasPrefix("inbound") }.filter { !$0.isScripted }
            #expect(dialogs.count > 200)
            #expect(dialogs.filter { $0.settings.channel != .plain }.count > 150)
            let groups = Dictionary(grouping: dialogs) { dialog in
                var settings = dialog.settings
                settings.channel = .any
                return settings
            }
            for (settings, dialogs) in groups.sorted(by: { $0.value.count > $1.value.count }) {
                try await play(dialogs, settings)
            }
        }

        private func play(_ dialogs: [Dialog], _ settings: Dialog.Settings) async throws {
            try await withTemporaryDirectory { directory in
                let certificate = try TestCertificate(for: ["mx.example.org"], in: directory)
                try await play(dialogs, settings, certificate)
            }
        }

        private func play(
            _ dialogs: [Dialog], _ settings: Dialog.Settings, _ certificate: TestCertificate
        ) async throws {
            let tlsPort = try Ports.free()
            try await withSluice(files(settings, certificate, tlsPort: tlsPort), users: []) { sluice in
                var plain = DialogPlayer(port: sluice.port)
                for dialog in dialogs where dialog.settings.channel != .tls { await plain.play(dialog) }
                var encrypted = DialogPlayer(port: tlsPort, isEncrypted: true)
                for dialog in dialogs where dialog.settings.channel != .plain { await encrypted.play(dialog) }
                let accepted = plain.accepted + encrypted.accepted
                // Nobody has a mailbox here, so every accepted message ends in quarantine, where it can be read.
                let ledger = try await sluice.settled(received: accepted.count)
                #expect(ledger.addsUp && ledger.received == accepted.count)
                #expect(ledger.quarantined == accepted.count, "\(ledger)")
                for (dialog, id, content) in accepted {
                    let shown = try await sluice.control("/quarantine/\(id)")
                    expectSame(shown, content, dialog)
                }
            }
        }

        /// A pipeline that says yes to everybody, like the one that the session's own tests play.
        private func files(
            _ settings: Dialog.Settings, _ certificate: TestCertificate, tlsPort: UInt16
        ) -> SiteFiles {
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
                    bare-newlines: \(settings.bareNewlines)
                    protocol: \(settings.dialect)
                    dsn: \(settings.offersDSN)
                    disabled-commands: [\(settings.disabled.joined(separator: ", "))]
                    tarpit: \(settings.patientErrors == .max ? "{}" : "{ after-errors: \(settings.patientErrors), delay: 10ms }")
                    xclient: [\(settings.allowsXCLIENT ? "127.0.0.1" : "")]
                    tls:
                      certificates: [{ certificate: \(certificate.certificate), key: \(certificate.key) }]
                      listen: ["127.0.0.1:\(tlsPort)"]
                      starttls: \(settings.startTLS)
                accept:
                  queue: {}
                deliver:
                  - store-metadata

                """
            return files
        }
    }
}
