import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// Mail that is dropped: counted with who dropped it and why, and shown to whoever asks.
    @Suite struct DiscardTests {
        @Test func `what was dropped is shown by step and reason, by the next server too`() async throws {
            try await withSluice(starts: false) { sluice in
                var files = SiteFiles()
                files.pipeline = files.inbound(port: sluice.port).replacingOccurrences(
                    of: "        - { otherwise: proceed }",
                    with: """
                                - { when: 'envelope.recipients == 2', discard: 'sent "at once"' }
                                - { otherwise: proceed }
                        """)
                try sluice.write(files)
                try await sluice.start()
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(Wire.mail(subject: "One"), to: ["user@example.org"]).code == 250)
                let two = ["user@example.org", "user@example.org"]
                #expect(try await client.send(Wire.mail(subject: "Two"), to: two).code == 250)
                try await client.quit()
                for round in 0..<2 {
                    let ledger = try await sluice.settled(received: 2)
                    #expect(ledger.addsUp && ledger.delivered == 1 && ledger.discarded == 1, "\(ledger)")
                    let expected = QueueAnswer.Discarded(
                        step: "session.message.decide", reason: #"sent "at once""#, recipients: 2)
                    #expect(ledger.discards == [expected])
                    let text = try await sluice.command("queue").text
                    #expect(
                        text.contains(#"2 recipients discarded at session.message.decide: sent "at once""#), "\(text)")
                    let metrics = try await EventStream.get("/metrics", port: sluice.controlPort)
                    let labels = #"pipeline="inbound",step="session.message.decide",reason="sent \"at once\""#
                    #expect(metrics.contains(#"sluice_discarded_recipients{\#(labels)"} 2"#), "\(metrics)")
                    #expect(sluice.log.contains("step=session.message.decide") || round > 0, "\(sluice.log)")
                    try sluice.kill()
                    _ = try await sluice.wait()
                    try await sluice.start()
                }
            }
        }
    }
}
