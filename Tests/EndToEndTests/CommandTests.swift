import Foundation
import Glibc
import Testing

extension EndToEndTests {
    /// What the commands say, to people and to programs.
    @Suite struct CommandTests {
        @Test func `the command says its version and which stages are receivers`() async throws {
            try await withSluice(users: [], starts: false) { sluice in
                let workspace = sluice.workspace
                let version = try await workspace.run(Places.sluice, ["--version"])
                #expect(version.status == 0 && version.text.wholeMatch(of: /sluice \d+\.\d+\.\d+\n/) != nil)
                let stages = try await workspace.run(Places.sluice, ["stages"])
                let receivers = stages.text.split(separator: "\n").filter { $0.contains("  receive  ") }
                #expect(receivers.count == 1 && receivers[0].hasPrefix("smtp "), "\(stages.text)")
                let rows = try await workspace.run(Places.sluice, ["stages", "--json"]).decoded(as: [Stage].self)
                #expect(rows.first { $0.name == "smtp" }?.places == ["receive"])
                #expect(rows.first { $0.name == "index" }?.places == ["deliver"])
                let smtp = try await workspace.run(Places.sluice, ["stages", "smtp"])
                #expect(smtp.text.contains("required; by default offered\n"), "\(smtp.text)")
                #expect(smtp.text.contains(" starttls: offered "), "\(smtp.text)")
            }
        }

        @Test(arguments: [
            (["explain"], "no command explain; there are run, reload, check, "),
            (["serach", "user@example.org"], "no command serach; did you mean search?"),
            (["mail", "lsit", "user@example.org"], "no command mail lsit; did you mean mail list?"),
        ])
        func `a command that is none is named, with what would be one`(_ words: [String], _ text: String) async throws {
            try await withSluice(users: [], starts: false) { sluice in
                let outcome = try await sluice.workspace.run(Places.sluice, words)
                #expect(outcome.status == 64, "\(outcome.testDescription)")
                #expect(outcome.errors.hasPrefix("sluice: there is \(text)"), "\(outcome.testDescription)")
                let help = try await sluice.workspace.run(Places.sluice, ["help", "mail"])
                #expect(help.status == 0 && help.text.contains("SUBCOMMANDS"))
            }
        }

        @Test func `a list says in which mailbox each mail is`() async throws {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                let mails = [("INBOX", "a@sender.example"), ("Junk", "a@forbidden.example")]
                for (number, mail) in mails.enumerated() {
                    let reply = try await client.send(
                        Wire.mail(subject: "For \(mail.0)"), from: mail.1, to: ["user@example.org"])
                    #expect(reply.code == 250)
                    _ = try await sluice.search("subject:for", finds: number + 1)
                }
                let lines = try await sluice.command("mail", "list", "user@example.org").text.split(separator: "\n")
                try #require(lines.count == 3)
                #expect(lines[0].wholeMatch(of: /2 .*:\d\d  Junk   \S.*  For Junk/) != nil, "\(lines)")
                #expect(lines[1].wholeMatch(of: /1 .*:\d\d  INBOX  \S.*  For INBOX/) != nil, "\(lines)")
            }
        }

        @Test func `an export has the fields of the server in front of what was accepted`() async throws {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                let mail = Wire.mail(subject: "One", "line")
                #expect(try await client.send(mail, to: ["user@example.org"]).code == 250)
                let id = try await sluice.search("subject:one", finds: 1)[0].id
                let directory = try sluice.workspace.makeDirectory("whole")
                let whole = ["mail", "export", "user@example.org", "--directory", directory]
                #expect(try await sluice.command(whole).text == "1 mail\n")
                let shown = try await sluice.command("mail", "show", "user@example.org", "\(id)", "--json")
                    .decoded(as: Mail.self)
                #expect(shown.trace.hasPrefix("Return-Path: <a@sender.example>\r\n") && shown.trace.hasSuffix("\r\n"))
                expectSame(Workspace.octets(directory + "/\(id).eml"), Array(shown.trace.utf8) + mail)
                let mixed = try await sluice.command(whole + ["--raw"])
                #expect(mixed.status == 65 && mixed.errors.contains("differs by --raw"))
            }
        }

        @Test func `users and mails are told to programs, too`() async throws {
            try await withSluice { sluice in
                let client = try await SMTPClient(port: sluice.port)
                let mail = Wire.mail(subject: "A heron", "on one leg")
                #expect(try await client.send(mail, to: ["user@example.org"]).code == 250)
                let id = try await sluice.search("heron", finds: 1)[0].id
                #expect(
                    try await sluice.command("user", "list", "--json").decoded(as: [String].self)
                        == ["user@example.org"])
                let shown = try await sluice.command("mail", "show", "user@example.org", "\(id)", "--json")
                    .decoded(as: Mail.self)
                #expect(shown.id == id && shown.subject == "A heron" && shown.text.contains("on one leg"))
                #expect(shown.facts["envelope.recipients"] == "1" && shown.trace.contains("Received: "))
                let both = try await sluice.command("mail", "show", "user@example.org", "\(id)", "--json", "--raw")
                #expect(both.status == 64 && both.errors.contains("take one of them"))
                let reload = try await sluice.command("reload", "--json").decoded(as: Reload.self)
                #expect(reload.isDone)
                let removed = try await sluice.command("user", "remove", "user@example.org", "--mail", "--json")
                #expect(try removed.decoded(as: Removal.self).mails == 1)
            }
        }

        @Test func `an export goes on where it was, and never writes over another mail`() async throws {
            try await withSluice(users: ["user", "other"]) { sluice in
                let client = try await SMTPClient(port: sluice.port)
                for name in ["user", "other"] {
                    let mail = Wire.mail(subject: "To \(name)")
                    #expect(try await client.send(mail, to: ["\(name)@example.org"]).code == 250)
                    _ = try await sluice.search("subject:to", of: name, finds: 1)
                }
                let directory = try await sluice.export(to: "export")
                #expect(try await client.send(Wire.mail(subject: "Too late"), to: ["user@example.org"]).code == 250)
                _ = try await sluice.search("late", finds: 1)
                for _ in 1...2 {
                    #expect(try await client.send(Wire.mail(subject: "More"), to: ["other@example.org"]).code == 250)
                }
                _ = try await sluice.search("more", of: "other", finds: 2)
                let export = ["mail", "export", "user@example.org", "--directory", directory, "--raw"]
                let again = try await sluice.command(export)
                #expect(again.status == 0 && again.text == "2 mails; 1 of them had been exported before\n")
                let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
                #expect(names == ["1.eml", "2.eml"])
                let kept = Workspace.octets(directory + "/1.eml")
                let other = try await sluice.command("mail", "export", "other@example.org", "--directory", directory)
                #expect(other.status == 65 && other.errors.contains("export into an empty directory"))
                #expect(Workspace.octets(directory + "/1.eml") == kept)
                // Nor is there anything of the export that was refused.
                #expect(try FileManager.default.contentsOfDirectory(atPath: directory).sorted() == names)
                let nowhere = ["mail", "export", "user@example.org", "--directory", directory + "/1.eml"]
                let refusal = try await sluice.command(nowhere)
                #expect(refusal.status == 65 && refusal.errors.contains("there is no directory"))
            }
        }

        @Test func `a watch of somebody unknown ends, and what is no address gets no mailbox`() async throws {
            try await withSluice { sluice in
                let watch = try await sluice.command("watch", "nobody@example.org")
                #expect(watch.status == 67 && watch.errors.contains("there is no user nobody@example.org"))
                for address in ["x y@example.org", "@example.org", "user", "a@b@example.org"] {
                    let outcome = try await sluice.command("user", "add", address)
                    #expect(outcome.status == 65 && outcome.errors.contains("is not an address"), "\(address)")
                }
                #expect(try await sluice.command("user", "list").text == "user@example.org\n")
            }
        }

        @Test(.enabled(if: geteuid() == 0, "only root may give files away"))
        func `no command touches the data of another user, not even as root`() async throws {
            try await withSluice { sluice in
                let ending = try await sluice.stop()
                #expect(ending == .exited(0), "\(ending): \(sluice.log.suffix(1_500))")
                let files = try FileManager.default.subpathsOfDirectory(atPath: sluice.data)
                #expect(chown(sluice.data + "/queue", 1, 1) == 0)
                let owner = try #require(getpwuid(1).map { String(cString: $0.pointee.pw_name) })
                for command in [
                    ["queue"], ["user", "list"], ["index", "rebuild"], ["search", "user@example.org", "x"],
                ] {
                    let outcome = try await sluice.command(command)
                    #expect(outcome.status == 77 && outcome.errors.contains("sudo -u \(owner) "), "\(command)")
                }
                let run = try await sluice.workspace.run(Places.sluice, ["run", sluice.pipelines])
                #expect(run.status == 77, "\(run.testDescription)")
                #expect(try FileManager.default.subpathsOfDirectory(atPath: sluice.data) == files)
                #expect(chown(sluice.data + "/queue", 0, 0) == 0)
            }
        }

        private struct Stage: Decodable {
            let name: String
            let places: [String]
        }

        private struct Mail: Decodable {
            let id: Int
            let subject: String
            let text: String
            let trace: String
            let facts: [String: String]
        }

        private struct Reload: Decodable {
            let isDone: Bool
        }

        private struct Removal: Decodable {
            let mails: Int
        }
    }
}
