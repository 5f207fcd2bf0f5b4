import Testing

extension EndToEndTests {
    /// What `sluice search` can be asked, and how it answers.
    @Suite struct SearchTests {
        /// Days that are long past, whenever this runs, but one.
        private static let mails: [(subject: String, from: String, date: String, text: String)] = [
            (
                "Harbour report", "Mina Hart <mina@sender.example>", "Mon, 2 Feb 2015 10:00:00 +0000",
                "The old lock leaks."
            ),
            (
                "Harbour plan", "Bo <bo@sender.example>", "Thu, 3 Mar 2016 10:00:00 +0000",
                "The lock is old; leaks stopped."
            ),
            (
                "Herons", "Mina Hart <mina@sender.example>", "Wed, 5 Apr 2017 10:00:00 +0000",
                "Seven herons stood there."
            ),
            ("회의", "Bora <bora@sender.example>", "Mon, 7 May 2018 10:00:00 +0000", "내일 회의록을 첨부합니다."),
        ]

        private func fill(_ sluice: Sluice) async throws {
            let client = try await SMTPClient(port: sluice.port)
            for mail in Self.mails {
                let header = [
                    "From: \(mail.from)", "To: Uta <user@example.org>", "Subject: \(mail.subject)",
                    "Date: \(mail.date)",
                    "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
                ]
                let reply = try await client.send(Wire.mail(header, mail.text), to: ["user@example.org"])
                #expect(reply.code == 250)
            }
            // Too large for the others' sizes, with a file, and from now.
            let attachment = Wire.mail(subject: "A file", attachment: [UInt8](repeating: 7, count: 300_000))
            #expect(try await client.send(attachment, to: ["user@example.org"]).code == 250)
            let junk = Wire.mail(
                ["From: x@sender.example", "To: user@example.org", "Subject: Undated"], "No day at all.")
            #expect(try await client.send(junk, from: "a@failing.example", to: ["user@example.org"]).code == 250)
            _ = try await sluice.settled(received: 6)
            _ = try await sluice.search("", finds: 6)
        }

        @Test func `every operator finds what it says, with a server and without`() async throws {
            try await withSluice { sluice in
                try await fill(sluice)
                let expected: [(String, [Int])] = [
                    ("", [6, 5, 4, 3, 2, 1]), ("lock", [2, 1]), ("lock leaks", [2, 1]), ("hero", [3]),
                    ("hero seven", []),
                    ("\"old lock\"", [1]), ("\"lock old\"", []), ("회의록", [4]), ("from:mina", [3, 1]),
                    ("from:mina@sender.example", [3, 1]), ("from:hart leaks", [1]), ("to:uta", [4, 3, 2, 1]),
                    ("subject:harbour", [2, 1]), ("subject:lock", []), ("subject:\"harbour plan\"", [2]),
                    ("filename:file", [5]), ("filename:lock", []), ("has:attachment", [5]),
                    ("-has:attachment lock", [2, 1]), ("is:unread", [6, 5, 4, 3, 2, 1]), ("is:read", []),
                    ("is:flagged", []), ("-is:flagged lock", [2, 1]), ("in:INBOX lock", [2, 1]),
                    ("in:Junk lock", []), ("in:nowhere", []), ("before:2016-03-03", [1]),
                    ("before:2016-03-04", [2, 1]),
                    ("after:2017-01-01 before:2019-01-01", [4, 3]), ("older_than:4y", [4, 3, 2, 1]),
                    ("older_than:3m harbour", [2, 1]), ("newer_than:3d", [6]), ("newer_than:2w lock", []),
                    ("larger:100KB", [5]), ("smaller:100KB lock", [2, 1]), ("larger:1MB", []),
                    ("herons OR 회의록", [4, 3]), ("lock -plan", [1]), ("lock -(plan OR report)", []),
                    ("(herons OR lock) from:mina", [3, 1]), ("herons OR lock from:bo", [3, 2]),
                ]
                for isRunning in [true, false] {
                    if !isRunning { #expect(try await sluice.stop() == .exited(0)) }
                    for (query, numbers) in expected {
                        let answer = try await sluice.search(query)
                        #expect(
                            answer.hits.map(\.id) == numbers, "\(query) \(isRunning ? "asked of the server" : "alone")")
                        #expect(answer.total == numbers.count, "\(query)")
                    }
                }
            }
        }

        @Test func `a query that is none is refused with the place and what was expected`() async throws {
            try await withSluice { sluice in
                let expected = [
                    ("form:mina", "character 1: expected from: instead"),
                    ("\"open", "character 1: expected a closing \""),
                    ("(lock", "character 6: expected \")\""),
                    ("older_than:soon", "expected an age such as 7d, 2w, 3m or 1y"),
                    ("larger:many", "expected a size such as 500KB or 5MB"), ("is:lost", "expected unread, read"),
                    ("before:yesterday", "expected a day such as 2026-01-31"), ("lock OR", "expected a word"),
                ]
                for (query, complaint) in expected {
                    let outcome = try await sluice.command("search", "user@example.org", query)
                    #expect(outcome.status == 65, "\(query): \(outcome.testDescription)")
                    #expect(outcome.errors.contains(complaint), "\(query): \(outcome.errors)")
                }
            }
        }

        @Test func `hits show where the words stand, and words without hits what was meant`() async throws {
            try await withSluice { sluice in
                try await fill(sluice)
                #expect(
                    try await sluice.search("old lea").hits.map(\.marked).map(Self.trimmed) == [
                        "The lock is [old]; [leaks] stopped.", "The [old] lock [leaks].",
                    ])
                #expect(try await sluice.search("회의록").hits.map(\.marked).map(Self.trimmed) == ["내일 [회의록]을 첨부합니다."])
                let file = try await sluice.search("has:attachment").hits
                #expect(file.map(\.marked).map(Self.trimmed) == ["See the file."])
                let text = try await sluice.command("search", "user@example.org", "seven")
                #expect(text.text.contains("\n          Seven herons stood there."), "\(text.text)")
                #expect(text.text.hasSuffix("\n1 mail\n"))
                let near = try await sluice.search("hernos ")
                #expect(near.total == 0 && near.suggestions?.map(\.replacement) == ["herons"])
                let said = try await sluice.command("search", "user@example.org", "hernos ").text
                #expect(said.contains("no mail has hernos; did you mean herons?"), "\(said)")
                #expect(try await sluice.search("herons").suggestions == nil)
            }
        }

        @Test func `pages follow each other without a gap while mail arrives`() async throws {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                for number in 1...23 {
                    let mail = Wire.mail(subject: "Page \(number)", number.isMultiple(of: 2) ? "even" : "odd")
                    #expect(try await client.send(mail, to: ["user@example.org"]).code == 250)
                }
                _ = try await sluice.search("subject:page", finds: 23)
                var cursor: [String] = []
                var seen: [Int] = []
                repeat {
                    let answer = try await sluice.command(
                        ["search", "user@example.org", "page", "--limit", "5", "--json"] + cursor
                    ).decoded(as: SearchAnswer.self)
                    #expect(answer.total >= 23)
                    seen += answer.hits.map(\.id)
                    cursor = answer.next.map { ["--after", "\($0)"] } ?? []
                    // What arrives meanwhile is newer than all that follows.
                    #expect(
                        try await client.send(Wire.mail(subject: "Page more"), to: ["user@example.org"]).code == 250)
                } while !cursor.isEmpty
                #expect(seen == Array((1...23).reversed()))
                let text = try await sluice.command("search", "user@example.org", "page", "--limit", "5").text
                #expect(text.contains(" mails; more with --after "), "\(text)")
            }
        }

        private static func trimmed(_ text: String) -> String {
            String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }
}
