import Testing

extension EndToEndTests {
    /// Who gets a mail, and who is refused.
    @Suite struct RecipientTests {
        @Test func `a message for two users is stored once for each`() async throws {
            try await withSluice(users: ["user", "other"]) { sluice in
                let mail = Wire.mail(subject: "For both")
                let client = try await SMTPClient(port: sluice.port)
                #expect(try await client.send(mail, to: ["user@example.org", "other@example.org"]).code == 250)
                #expect(try await sluice.settled(received: 1).delivered == 1)
                for user in ["user", "other"] {
                    let hits = try await sluice.search("both", of: user, finds: 1)
                    #expect(hits.count == 1)
                    #expect(try await sluice.raw(hits[0].id, of: user) == mail)
                }
            }
        }

        @Test func `the same recipient given twice gets one copy`() async throws {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                let reply = try await client.send(
                    Wire.mail(subject: "Twice"), to: ["user@example.org", "USER@example.org"])
                #expect(reply.code == 250)
                #expect(try await sluice.settled(received: 1).addsUp)
                #expect(try await sluice.search("twice", finds: 1).count == 1)
            }
        }

        @Test func `unknown recipients and foreign domains are refused, and the others get the mail`() async throws {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                try await client.command("MAIL FROM:<a@sender.example>")
                #expect(try await client.command("RCPT TO:<nobody@example.org>").codes == "550 5.1.1")
                #expect(try await client.command("RCPT TO:<user@elsewhere.example>").codes == "550 5.7.1")
                #expect(try await client.command("RCPT TO:<user@example.org>").code == 250)
                #expect(try await client.command("DATA").code == 354)
                try await client.connection.send(Wire.stuffed(Wire.mail(subject: "Partly")))
                #expect(try await client.reply().code == 250)
                #expect(try await sluice.settled(received: 1).delivered == 1)
                #expect(try await sluice.search("partly", finds: 1).count == 1)
            }
        }

        @Test func `mail for postmaster is taken, however it is written, and goes to the user whom the site names`()
            async throws
        {
            try await withSluice { sluice in
                for (number, recipient) in ["postmaster", "Postmaster", "PostMaster@Example.ORG"].enumerated() {
                    let client = try await SMTPClient(port: sluice.port)
                    #expect(try await client.send(Wire.mail(subject: "trouble\(number)"), to: [recipient]).code == 250)
                }
                #expect(try await sluice.settled(received: 3).delivered == 3)
                for number in 0..<3 { #expect(try await sluice.search("trouble\(number)", finds: 1).count == 1) }
            }
        }

        @Test func `a refused recipient is named in the log`() async throws {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                try await client.command("MAIL FROM:<a@sender.example>")
                #expect(try await client.command("RCPT TO:<nobody@example.org>").codes == "550 5.1.1")
                #expect(sluice.log.contains("recipient refused"))
                #expect(sluice.log.contains("recipient=nobody@example.org") && !sluice.log.contains("message refused"))
            }
        }

        @Test func `a message without any accepted recipient is not taken`() async throws {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                try await client.command("MAIL FROM:<a@sender.example>")
                #expect(try await client.command("RCPT TO:<nobody@example.org>").codes == "550 5.1.1")
                #expect(try await client.command("DATA").code / 100 == 5)
                #expect(try await sluice.queue().inbound.received == 0)
            }
        }

        @Test func `a user who is added while the server runs gets mail at once`() async throws {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                let mail = Wire.mail(subject: "Welcome")
                #expect(try await client.send(mail, to: ["late@example.org"]).codes == "550 5.1.1")
                try await client.command("RSET")
                try await sluice.addUser("late")
                #expect(try await client.send(mail, to: ["late@example.org"]).code == 250)
                #expect(try await sluice.search("welcome", of: "late", finds: 1).count == 1)
            }
        }

        @Test func `a user is removed while the server runs, with the mail, and the address is refused from then on`()
            async throws
        {
            try await withSluice(users: ["user", "other"]) { sluice in
                let client = try await SMTPClient(port: sluice.port)
                let people = ["user@example.org", "other@example.org"]
                #expect(try await client.send(Wire.mail(subject: "Pelican"), to: people).code == 250)
                _ = try await sluice.search("pelican", finds: 1)
                _ = try await sluice.search("pelican", of: "other", finds: 1)
                let kept = try await sluice.command("user", "remove", "user@example.org")
                #expect(kept.status == 65 && kept.errors.contains("has 1 mail"), "\(kept.testDescription)")
                let gone = try await sluice.command("user", "remove", "user@example.org", "--mail")
                #expect(gone.status == 0 && gone.text.contains("1 mail was removed"), "\(gone.testDescription)")
                try await client.command("MAIL FROM:<a@sender.example>")
                #expect(try await client.command("RCPT TO:<user@example.org>").codes == "550 5.1.1")
                #expect(try await client.command("RCPT TO:<other@example.org>").code == 250)
                #expect(try await sluice.command("user", "list").text == "other@example.org\n")
                try await sluice.addUser("user")
                #expect(try await sluice.search("pelican").total == 0)
                #expect(try await sluice.search("pelican", of: "other").total == 1)
                let again = try await sluice.command("user", "remove", "nobody@example.org")
                #expect(again.status == 65 && again.errors.contains("there is no user nobody@example.org"))
            }
        }
    }
}
