import ArgumentParser
import Bytes
import Files
import Glibc
import MailStore
import Mailboxes

extension MailCommand {
    /// `sluice mail export`.
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Writes each of a user's mails into a file NUMBER.eml.",
            discussion: """
                The fields that the server keeps beside a mail stand in front: Return-Path, Authentication-Results,
                Received. Again into the same directory, it adds what has come since.
                """)

        @Argument(help: "The user's address.")
        var user: String

        @Option(help: "An existing directory.")
        var directory: String

        @Flag(help: "Write each message octet for octet as it was accepted, as mail show --raw prints it.")
        var raw = false

        @Flag(help: "Print JSON.")
        var json = false

        @OptionGroup var site: SiteOptions

        /// What was done.
        private struct Answer: Encodable {
            var mails = 0
            /// Those among them that were in the directory already.
            var present = 0
        }

        func run() async throws {
            try await reportingFailures {
                let (_, services) = try site.planInPlace()
                let owner = try await services.user(user)
                let answer = try await export(of: owner, try services.mailReader())
                if json { return try JSON.say(answer) }
                let present = answer.present == 0 ? "" : "; \(answer.present) of them had been exported before"
                Terminal.say((answer.mails == 1 ? "1 mail" : "\(answer.mails) mails") + present)
            }
        }

        private func export(of owner: UserID, _ reader: MailReader) async throws -> Answer {
            var status = stat()
            guard stat(directory, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw Failure(.dataError, "there is no directory \(directory); make it first")
            }
            var answer = Answer()
            // Whoever is refused finds the directory as it was.
            try await forEachMail(of: owner, reader, isThere: true) { body, name in
                try await compare(body, reader, name)
                answer.mails += 1
                answer.present += 1
            }
            try await forEachMail(of: owner, reader, isThere: false) { body, name in
                try await write(body, reader, name)
                answer.mails += 1
            }
            return answer
        }

        private var files: LocalFileSystem { LocalFileSystem() }

        /// Calls `work` with each mail whose file is there, or is not, and the file's name.
        private func forEachMail(
            of owner: UserID, _ reader: MailReader, isThere: Bool,
            _ work: (StoredBody, String) async throws -> Void
        ) async throws {
            var before: UInt32?
            while true {
                let mails = try await reader.store.list(user: owner, before: before, limit: MailCommand.page)
                for mail in mails {
                    let name = "\(mail.number).eml"
                    guard try files.exists("\(directory)/\(name)") == isThere,
                        let body = try await reader.store.body(user: owner, number: mail.number)
                    else { continue }
                    try await work(body, name)
                }
                guard let last = mails.last else { return }
                before = last.number
            }
        }

        /// Sees that the file that is there is this mail.
        private func compare(_ body: StoredBody, _ reader: MailReader, _ name: String) async throws {
            let (file, partial) = try await makePartial(body, reader, name)
            defer { file.close() }
            let earlier = try files.open("\(directory)/\(name)", .read)
            defer { earlier.close() }
            let isSame = try earlier.map() == file.map()
            try files.remove(partial)
            guard isSame else {
                throw Failure(
                    .dataError,
                    "\(directory)/\(name) is there already and is another mail, or differs by --raw; export into an empty "
                        + "directory, or move it away")
            }
        }

        /// Writes a file; under its name it is never there in part.
        private func write(_ body: StoredBody, _ reader: MailReader, _ name: String) async throws {
            let (file, partial) = try await makePartial(body, reader, name)
            file.close()
            try files.rename(partial, to: "\(directory)/\(name)")
        }

        private func makePartial(
            _ body: StoredBody, _ reader: MailReader, _ name: String
        ) async throws -> (file: any File, path: String) {
            let path = "\(directory)/.\(name).part"
            let file = try files.open(path, .updateOrCreate)
            do {
                try file.truncate(to: 0)
                if !raw { try body.trace.withUnsafeBytes { try file.write($0, at: 0) } }
                try await reader.give(body) { try file.write($0, at: file.size()) }
            } catch {
                file.close()
                throw error
            }
            return (file, path)
        }
    }
}
