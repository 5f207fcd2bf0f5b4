import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// More than fits.
    @Suite struct LimitTests {
        @Test func `a mail announced as too large is refused before its data`() async throws {
            var files = SiteFiles()
            files.messageLimit = "1MB"
            try await withSluice(files) { sluice in
                let client = try await SMTPClient(port: sluice.port)
                let reply = try await client.command("MAIL FROM:<a@sender.example> SIZE=1000001")
                #expect(reply.codes == "552 5.3.4")
                #expect(try await client.send(Wire.mail(subject: "Small"), to: ["user@example.org"]).code == 250)
                #expect(try await sluice.settled(received: 1).delivered == 1)
            }
        }

        @Test func `a mail that turns out too large is refused and never held in memory`() async throws {
            var files = SiteFiles()
            files.messageLimit = "1MB"
            try await withSluice(files) { sluice in
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(Wire.mail(subject: "Warm"), to: ["user@example.org"]).code == 250)
                let before = try sluice.peakMemory()
                #expect(
                    try await client.envelope(from: "a@sender.example", to: ["user@example.org"]).code == 354)
                let line = Array((String(repeating: "0123456789", count: 7) + "\r\n").utf8)
                let piece = Array(repeatElement(line, count: 14_000).joined())
                for _ in 0..<80 { try await client.connection.send(piece) }
                try await client.connection.send(".\r\n")
                #expect(try await client.reply().codes == "552 5.3.4")
                let grown = try sluice.peakMemory() - before
                #expect(grown < 24 << 20, "80 MB of data made the server grow by \(grown) octets")
                #expect(try await client.send(Wire.mail(subject: "After"), to: ["user@example.org"]).code == 250)
                let ledger = try await sluice.settled(received: 2)
                #expect(ledger.received == 2 && ledger.addsUp)
            }
        }

        @Test func `more recipients than allowed are told to wait for the next message`() async throws {
            var files = SiteFiles()
            files.limits = ["recipients: 100"]
            files.recipientSteps = "[]"
            try await withSluice(files) { sluice in
                let client = try await SMTPClient(port: sluice.port)
                try await client.command("MAIL FROM:<a@sender.example>")
                for number in 1...100 {
                    #expect(try await client.command("RCPT TO:<u\(number)@example.org>").code == 250)
                }
                #expect(try await client.command("RCPT TO:<u101@example.org>").codes == "452 4.5.3")
            }
        }

        @Test func `more sessions than one address may have are told to come later, and others are served`()
            async throws
        {
            var files = SiteFiles()
            files.limits = ["sessions-per-address: 3"]
            try await withSluice(files) { sluice in
                var clients: [SMTPClient] = []
                for _ in 0..<3 { clients.append(try await SMTPClient(port: sluice.port)) }
                let refused = try Connection(port: sluice.port)
                #expect(try await refused.line()?.prefix(3) == "421")
                for client in clients { #expect(try await client.command("NOOP").code == 250) }
                try await clients.removeLast().quit()
                let fourth = try await eventually("the place is free again") {
                    let connection = try Connection(port: sluice.port)
                    return try await connection.line()?.prefix(3) == "220" ? connection : nil
                }
                try await fourth.send("QUIT\r\n")
                #expect(try await fourth.line()?.prefix(3) == "221")
            }
        }

        @Test(.enabled(if: SmallDisk.mayMount, "needs root and the right to mount a tmpfs"))
        func `a read-only disk keeps the server from starting, is named, and costs nothing`() async throws {
            let disk = try await SmallDisk(megabytes: 220)
            defer { disk.remove() }
            var files = SiteFiles()
            files.retry = "{ first: 1h, factor: 1, max: 1h, for: 1d }"
            try await withSluice(files, data: disk.path + "/data") { sluice in
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(Wire.mail(subject: "Before"), to: ["user@example.org"]).code == 250)
                try await client.quit()
                #expect(try await sluice.settled(received: 1).delivered == 1)
                #expect(try await sluice.stop() == .exited(0))
                try disk.remount(readOnly: true)
                let ending = try await sluice.launch().wait()
                #expect(ending == .exited(74), "\(sluice.log)")
                #expect(sluice.log.contains("\(sluice.data)/queue/lock: Read-only file system"), "\(sluice.log)")
                #expect(sluice.log.contains("site.yaml"), "\(sluice.log)")
                try disk.remount(readOnly: false)
                try await sluice.start()
                let again = try await SMTPClient(port: sluice.port)
                #expect(try await again.send(Wire.mail(subject: "After"), to: ["user@example.org"]).code == 250)
                #expect(try await sluice.settled(received: 2).delivered == 2)
                #expect(try await sluice.search("before", finds: 1).count == 1)
            }
        }

        @Test(.enabled(if: SmallDisk.mayMount, "needs root and the right to mount a tmpfs"))
        func `a full disk gives 452 and the server stays up and recovers`() async throws {
            let disk = try await SmallDisk(megabytes: 220)
            defer { disk.remove() }
            try await withSluice(data: disk.path + "/data") { sluice in
                let client = try await SMTPClient(port: sluice.port)
                var accepted = 0
                #expect(try await client.send(Wire.mail(subject: "Before"), to: ["user@example.org"]).code == 250)
                accepted += 1
                _ = try await sluice.settled(received: 1)
                try disk.fill()
                // The journal's space is reserved, so it takes some mails more before there is none left.
                let large = Wire.mail(subject: "Large", String(repeating: "filler text\n", count: 700_000))
                var refusal: SMTPClient.Reply?
                for _ in 0..<40 where refusal == nil {
                    let reply = try await client.send(large, to: ["user@example.org"])
                    if reply.code == 250 { accepted += 1 } else { refusal = reply }
                }
                #expect(refusal?.codes == "452 4.3.1", "\(String(describing: refusal))")
                #expect(try await SMTPClient(port: sluice.port).command("NOOP").code == 250)
                try disk.free()
                let after = try await eventually("mail is taken again") {
                    let reply = try await SMTPClient(port: sluice.port).send(
                        Wire.mail(subject: "After"), to: ["user@example.org"])
                    return reply.code == 250 ? reply : nil
                }
                #expect(after.code == 250)
                accepted += 1
                let ledger = try await sluice.settled(received: accepted, within: .seconds(120))
                #expect(ledger.addsUp && ledger.delivered == accepted && ledger.received == accepted, "\(ledger)")
                #expect(try await sluice.search("subject:large", finds: accepted - 2).count == accepted - 2)
                #expect(try await sluice.search("subject:after", finds: 1).count == 1)
                #expect(try await sluice.stop() == .exited(0))
            }
        }
    }
}
