import Files
import Foundation
import Testing

extension EndToEndTests {
    /// `sluice index`: shown, verified and rebuilt, with and without a server.
    @Suite struct IndexTests {
        private static let users = ["user", "other"]

        private struct Statistics: Decodable {
            struct Run: Decodable { let file: String }
            let runs: [Run]
            let memoryMails: Int
            let isRebuilding: Bool
        }

        private struct Verification: Decodable {
            let mails: Int
            let findings: [String]
        }

        /// Sends mails numbered so to two users in turn; each has its owner's word and its number.
        private func send(_ numbers: ClosedRange<Int>, to sluice: Sluice) async throws {
            let client = try await SMTPClient(port: sluice.port)
            for number in numbers {
                let user = Self.users[number % 2]
                let mail = Wire.mail(subject: "Mail \(number) of \(user)", "secret\(user) common")
                let reply = try await client.send(mail, to: ["\(user)@example.org"])
                guard reply.code == 250 else { throw Mishap("mail \(number): \(reply.last)") }
            }
            try await client.quit()
        }

        private func verify(_ sluice: Sluice) async throws -> (status: Int32, answer: Verification) {
            let outcome = try await sluice.command("index", "verify", "--json")
            return (outcome.status, try JSONDecoder().decode(Verification.self, from: Data(outcome.octets)))
        }

        private func statistics(_ sluice: Sluice) async throws -> Statistics {
            try await sluice.command("index", "stats", "--json").decoded(as: Statistics.self)
        }

        /// What both users find, as the server or the command alone says it.
        private func expectComplete(_ sluice: Sluice, _ count: Int) async throws {
            for (user, stranger) in zip(Self.users, Self.users.reversed()) {
                let answer = try await sluice.search("common", of: user, limit: count)
                #expect(answer.total == count / 2 && answer.hits.allSatisfy { $0.subject.hasSuffix("of \(user)") })
                #expect(try await sluice.search("secret\(stranger) ", of: user).total == 0)
            }
        }

        /// Changes one octet of the first segment: in the middle of a page, or so many octets before the end.
        private func damage(_ sluice: Sluice, fromEnd: UInt64? = nil) throws -> String {
            let folder = sluice.data + "/index/"
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".segment") }
            let name = try #require(names.min())
            let file = try FileHandle(forUpdating: URL(filePath: folder + name))
            defer { file.closeFile() }
            let place = try fromEnd.map { try file.seekToEnd() - $0 } ?? 40
            try file.seek(toOffset: place)
            let octet = try #require(try file.read(upToCount: 1)?.first)
            try file.seek(toOffset: place)
            try file.write(contentsOf: [octet ^ 0x10])
            return name
        }

        @Test func `the index is shown, verified and rebuilt alike with a server and without`() async throws {
            try await withSluice(users: Self.users) { sluice in
                try await send(1...20, to: sluice)
                _ = try await sluice.settled(received: 20)
                for isRunning in [true, false] {
                    if !isRunning { #expect(try await sluice.stop() == .exited(0)) }
                    let shown = try await statistics(sluice)
                    #expect(isRunning ? shown.memoryMails == 20 : shown.memoryMails == 0 && !shown.runs.isEmpty)
                    #expect(!shown.isRebuilding)
                    let picture = try await sluice.command("index", "stats").text
                    #expect(picture.contains("memory ") && picture.contains("mails on disk"), "\(picture)")
                    #expect(isRunning || picture.contains("level ") && picture.contains("█"), "\(picture)")
                    let sound = try await verify(sluice)
                    #expect(sound.status == 0 && sound.answer.mails == 20 && sound.answer.findings.isEmpty)
                    let some = try await sluice.command("index", "rebuild", "other@example.org").text
                    #expect(some == "10 mails were indexed\n")
                    try await expectComplete(sluice, 20)
                    #expect(try await sluice.command("index", "rebuild").text == "20 mails were indexed\n")
                    try await expectComplete(sluice, 20)
                    #expect(try await verify(sluice).status == 0)
                    #expect(try await sluice.command("index", "verify", "nobody@example.org").status == 67)
                }
            }
        }

        @Test func `mail that arrives while the index is rebuilt and verified is found, and nobody else's`()
            async throws
        {
            try await withSluice(users: Self.users) { sluice in
                try await send(1...40, to: sluice)
                _ = try await sluice.settled(received: 40)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await send(41...160, to: sluice) }
                    group.addTask {
                        for _ in 0..<4 {
                            let outcome = try await sluice.command("index", "rebuild")
                            #expect(outcome.status == 0, "\(outcome.testDescription)")
                            let found = try await verify(sluice)
                            #expect(found.answer.findings.isEmpty && found.status == 0)
                        }
                    }
                    group.addTask {
                        for _ in 0..<150 { try await expectNoStranger(sluice) }
                    }
                    try await group.waitForAll()
                }
                _ = try await sluice.settled(received: 160)
                try await expectComplete(sluice, 160)
                #expect(try await verify(sluice).answer.mails == 160)
            }
        }

        /// Whatever is under way, a search may miss mails but never shows another user's.
        private func expectNoStranger(_ sluice: Sluice) async throws {
            for (user, stranger) in zip(Self.users, Self.users.reversed()) {
                for word in ["common", "secret\(stranger)"] {
                    let octets = try await sluice.control("/search?user=\(user)@example.org&query=\(word)&limit=200")
                    let answer = try JSONDecoder().decode(SearchAnswer.self, from: Data(octets))
                    #expect(answer.hits.allSatisfy { $0.subject.hasSuffix("of \(user)") }, "\(user) looks for \(word)")
                    #expect(word == "common" || answer.total == 0)
                }
            }
        }

        @Test(arguments: [true, false])
        func `a damaged page is named, and rebuilt from the store`(isRunning: Bool) async throws {
            try await withSluice(users: Self.users) { sluice in
                try await send(1...20, to: sluice)
                _ = try await sluice.settled(received: 20)
                #expect(try await sluice.stop() == .exited(0))
                let name = try damage(sluice)
                if isRunning { try await sluice.start() }
                let outcome = try await sluice.command("index", "verify")
                #expect(outcome.status == 65, "\(outcome.testDescription)")
                #expect(outcome.text.contains("page 0 of \(name) does not match its checksum"), "\(outcome.text)")
                #expect(try await sluice.command("index", "rebuild").status == 0)
                #expect(try await verify(sluice).status == 0)
                try await expectComplete(sluice, 20)
                #expect(FileManager.default.fileExists(atPath: sluice.data + "/index/set-aside/" + name))
            }
        }

        @Test(arguments: ["stats", "verify", "search"])
        func `an index that cannot be opened is built again, and every command says so`(command: String) async throws {
            try await withSluice(users: Self.users) { sluice in
                try await send(1...20, to: sluice)
                _ = try await sluice.settled(received: 20)
                #expect(try await sluice.stop() == .exited(0))
                // The last octets of a segment are its footer, without which it cannot be read.
                let name = try damage(sluice, fromEnd: 4)
                let arguments =
                    command == "search" ? ["search", "\(Self.users[0])@example.org", "common"] : ["index", command]
                let outcome = try await sluice.command(arguments)
                #expect(outcome.status == (command == "verify" ? 65 : 0), "\(outcome.testDescription)")
                #expect(outcome.errors.contains("\(name) is not a sound segment"), "\(outcome.errors)")
                #expect(command != "verify" || outcome.text.contains("1 wrong"), "\(outcome.text)")
                #expect(try await verify(sluice).status == 0)
                try await expectComplete(sluice, 20)
                #expect(FileManager.default.fileExists(atPath: sluice.data + "/index.set-aside-1/" + name))
            }
        }

        @Test func `a search that meets a damaged page answers in full, and the page is named in the log`() async throws
        {
            try await withSluice(users: Self.users) { sluice in
                try await send(1...20, to: sluice)
                _ = try await sluice.settled(received: 20)
                #expect(try await sluice.stop() == .exited(0))
                let name = try damage(sluice)
                try await sluice.start()
                try await expectComplete(sluice, 20)
                #expect(sluice.log.contains("page 0 of \(name) does not match its checksum"))
                #expect(try await verify(sluice).status == 0)
            }
        }

        @Test(arguments: ["index.lock", "queue/lock"])
        func `a start waits for a command that uses the data without a server`(_ file: String) async throws {
            try await withSluice(users: Self.users) { sluice in
                try await send(1...4, to: sluice)
                #expect(try await sluice.search("secretuser", finds: 2).count == 2)
                #expect(try await sluice.stop() == .exited(0))
                let lock = try ProcessLock(path: sluice.data + "/" + file)
                let command = file == "index.lock" ? ["index", "stats"] : ["queue"]
                #expect(try await sluice.command(command).status == 75)
                let start = Task { try await sluice.start() }
                try await eventually("the server says that it waits") {
                    sluice.log.contains("waiting for a process to end") ? true : nil
                }
                #expect(!sluice.log.contains("ready"))
                lock.release()
                try await start.value
                #expect(try await sluice.search("secretuser", finds: 2).count == 2)
            }
        }
    }
}
