import Testing

extension EndToEndTests {
    /// Clients that mean harm: the memory stays bounded, the log has a line for each at most, and others are served.
    @Suite struct HostileClientTests {
        /// What a client says first, and what it repeats then until it is sent away or has sent enough.
        struct Flood: Sendable, CustomTestStringConvertible {
            let testDescription: String
            var opening = "EHLO attacker.example\r\n"
            let unit: String
        }

        private static let envelope =
            "EHLO attacker.example\r\nMAIL FROM:<a@sender.example>\r\nRCPT TO:<user@example.org>\r\nDATA\r\n"

        static let floods = [
            Flood(testDescription: "a line without end", unit: "a"),
            Flood(testDescription: "NULs without a line end", unit: "\0"),
            Flood(testDescription: "commands of NULs", unit: "\0MAIL FROM:<\0\0\0@\0>\0\r\n"),
            Flood(testDescription: "commands of 1 MB", unit: "VRFY " + String(repeating: "a", count: 999_993) + "\r\n"),
            Flood(testDescription: "a header without end", opening: envelope, unit: "X-Field: value of a field\r\n"),
            Flood(testDescription: "a field without end", opening: envelope + "X-Field: ", unit: "a"),
            Flood(testDescription: "commands whose replies nobody reads", unit: "VRFY user\r\nEHLO c.example\r\n"),
            Flood(testDescription: "octets that are no text", unit: "\u{16}\u{3}\u{1}\0"),
        ]

        @Test(arguments: floods) func `a flood takes little memory and one line of the log`(flood: Flood) async throws {
            let clients = 8
            try await withSluice { sluice in
                try await deliver(to: sluice, "Before")
                let (memory, lines) = (try sluice.peakMemory(), Self.lines(of: sluice))
                for _ in 0..<clients { try await attack(sluice, flood) }
                let grown = try sluice.peakMemory() - memory
                #expect(grown < 16 << 20, "\(clients) clients with 8 MB each made the server grow by \(grown) octets")
                // The sessions are over when their clients have gone; the last one may take a moment.
                try await deliver(to: sluice, "After")
                let told = Self.lines(of: sluice).dropFirst(lines.count)
                #expect(told.count <= clients, "\(told.joined(separator: "\n"))")
            }
        }

        @Test func `clients that say nothing, or half a command, or leave within it keep nobody out`() async throws {
            var files = SiteFiles()
            files.limits = ["sessions-per-address: 1000"]
            try await withSluice(files) { sluice in
                try await deliver(to: sluice, "Before")
                let memory = try sluice.peakMemory()
                var clients: [Connection] = []
                for number in 0..<600 {
                    let client = try Connection(port: sluice.port)
                    #expect(try await client.line()?.prefix(3) == "220")
                    if number % 3 > 0 { try await client.send("EHLO atta") }
                    if number % 3 == 1 { client.endInput() }
                    clients.append(client)
                }
                try await deliver(to: sluice, "Amid")
                // Those who left within a command are let go without a word, and no other.
                #expect(try await clients[1].line() == nil)
                try await clients[2].send("cker.example\r\n")
                #expect(try await clients[2].line()?.prefix(4) == "250-")
                let grown = try sluice.peakMemory() - memory
                #expect(grown < 24 << 20, "600 clients made the server grow by \(grown) octets")
            }
        }

        /// Log lines but those about mail.
        private static func lines(of sluice: Sluice) -> [Substring] {
            sluice.log.split(separator: "\n").filter { !$0.contains("message.id=") }
        }

        private func deliver(to sluice: Sluice, _ subject: String) async throws {
            let client = try await SMTPClient(port: sluice.port)
            #expect(try await client.send(Wire.mail(subject: subject), to: ["user@example.org"]).code == 250)
            try await client.quit()
        }

        /// Sends 8 MB, or what the server takes before it sends the client away.
        private func attack(_ sluice: Sluice, _ flood: Flood) async throws {
            let client = try Connection(port: sluice.port)
            try await client.send(flood.opening)
            let unit = Array(flood.unit.utf8)
            let piece = Array(repeatElement(unit, count: max(1, 65_536 / unit.count)).joined())
            do {
                for _ in 0..<(8_000_000 / piece.count) { try await client.send(piece) }
            } catch is Mishap {
                // Sent away.
            }
        }
    }
}
