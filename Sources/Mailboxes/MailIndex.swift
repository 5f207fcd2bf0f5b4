package import Files
import MailStore
package import SearchIndex
import Synchronization

/// The search index, kept equal to the store.
package final class MailIndex: Sendable {
    /// How many mails are read from the store at once while catching up; most are small, and the largest still fit.
    static let catchUpBatch = 16

    let index: InvertedIndex
    private let lock: ProcessLock?
    /// What was wrong with the index that was found, and what was done about it; `nil` if it was sound.
    package let damage: String?
    let reader: MailReader
    /// Whether mails are being given again at this moment, so that searches may miss some.
    let isRebuilding = Mutex(false)
    let threads = BlockingThreads(count: 1)
    private let coversThrough: UInt64
    private let isCaughtUp = Mutex(false)

    /// Opens the index beside the store; call ``catchUp()`` before it is used.
    ///
    /// - Throws: `ProcessLock.InUse` if another process has the index; what the index says.
    package init(directory: String, fileSystem: any FileSystem, reader: MailReader) throws {
        self.reader = reader
        // Beside the directory, where the index keeps nothing but its own files.
        lock = fileSystem is LocalFileSystem ? try ProcessLock(path: directory + ".lock") : nil
        do {
            (index, coversThrough) = try InvertedIndex.open(
                directory: directory, fileSystem: fileSystem, options: IndexOptions())
            damage = nil
        } catch let error as IndexError where error.isDamage {
            // Everything in the index stands in the store, too; the damaged one is kept for whoever wants to know why.
            let aside = try Self.setAside(directory, fileSystem)
            damage = "\(error); it was moved to \(aside) and is built again from the store"
            (index, coversThrough) = try InvertedIndex.open(
                directory: directory, fileSystem: fileSystem, options: IndexOptions())
        }
    }

    /// Moves a directory to the first free name behind it.
    private static func setAside(_ directory: String, _ fileSystem: any FileSystem) throws -> String {
        var number = 1
        while try fileSystem.exists("\(directory).damaged-\(number)") { number += 1 }
        try fileSystem.rename(directory, to: "\(directory).damaged-\(number)")
        return "\(directory).damaged-\(number)"
    }

    /// Indexes what the store has and the index had not made durable when it was last used.
    ///
    /// - Throws: What the stores and the index say.
    package func catchUp() async throws {
        guard
            isCaughtUp.withLock({ done in
                defer { done = true }
                return !done
            })
        else { return }
        try await noteMailboxes()
        try await addStored(after: coversThrough)
        index.startMerging()
    }

    /// Indexes what was to be added and was not, such as mail whose step was given up; found again in the store.
    ///
    /// `first` is what this gave a while ago: what is expected for so long is not just on its way. Gives what is expected
    /// now.
    ///
    /// - Throws: What the stores and the index say; the next call tries again.
    package func repair(expectedBefore first: UInt64?) async throws -> UInt64? {
        if let first, index.firstExpected == first { try await addStored(after: first - min(first, 1)) }
        return index.firstExpected
    }

    private func addStored(after start: UInt64) async throws {
        var sequence = start
        while true {
            let mails = try await reader.store.mails(after: sequence, limit: Self.catchUpBatch)
            guard let last = mails.last else { break }
            for mail in mails {
                try await add([IndexEntry(mail.summary, content: try await reader.content(of: mail.body))])
            }
            sequence = last.summary.sequence
        }
    }

    /// Makes mails searchable; they are when this returns.
    ///
    /// - Throws: What the index says.
    package func add(_ entries: [IndexEntry]) async throws {
        let index = index
        try await threads.run {
            try index.expect(entries.map(\.mail.sequence))
            try index.add(entries.map(\.mail))
            for entry in entries where entry.mailbox != Mailbox.inbox {
                index.setFlags(
                    user: entry.mail.user, number: entry.mail.number, flags: [],
                    mailbox: Mailbox.number(of: entry.mailbox))
            }
        }
    }

    /// Announces mails that are to be indexed, by their places in the store's order; ``add(_:)`` does it, too.
    ///
    /// Whatever becomes of the attempt, they are indexed by ``repair(expectedBefore:)`` or at the next start.
    ///
    /// - Throws: What the disk says; they are announced all the same.
    package func expect(_ sequences: [UInt64]) throws {
        try index.expect(sequences)
    }

    /// A user's mails that match, newest first.
    ///
    /// - Throws: What the index says; see ``repair(_:)``.
    package func search(
        user: UInt32, query: Query, limit: Int, before: UInt32?
    ) throws -> SearchResult {
        try index.search(
            user: user, query: query.resolvingMailboxes { Mailbox.number(of: $0) }, limit: limit, before: before)
    }

    /// For words of a query that no mail of the user has, the nearest that some have.
    ///
    /// - Throws: What the index says.
    package func suggestions(user: UInt32, query: Query) throws -> [(word: String, replacement: String)] {
        try index.suggestions(user: user, query: query)
    }

    /// How many of a user's mails match.
    ///
    /// - Throws: What the index says.
    package func count(user: UInt32, query: Query) throws -> Int {
        try index.count(user: user, query: query.resolvingMailboxes { Mailbox.number(of: $0) })
    }

    /// The levels and sizes of the index.
    package func statistics() -> IndexStatistics { index.statistics() }

    /// Writes what is only in memory, and lets go of the files.
    ///
    /// - Throws: What the disk says.
    package func close() async throws {
        let index = index
        try await threads.run { try index.close() }
        lock?.release()
    }

    /// Which mails lie elsewhere than in the inbox is not in segments, so it is read from the store.
    private func noteMailboxes() async throws {
        for user in try await reader.store.users() {
            var before: UInt32?
            while true {
                let junk = try await reader.store.list(
                    user: user.id, mailbox: Mailbox.junk, before: before, limit: Self.catchUpBatch)
                guard let last = junk.last else { break }
                for mail in junk {
                    index.setFlags(
                        user: user.id.value, number: mail.number, flags: [],
                        mailbox: Mailbox.number(of: Mailbox.junk))
                }
                before = last.number
            }
        }
    }
}

/// The mailboxes that the server itself puts mail into.
package enum Mailbox {
    package static let inbox = "INBOX"
    package static let junk = "Junk"

    /// The number of a mailbox in the index; letter case does not count.
    static func number(of name: String) -> UInt32 {
        switch name.lowercased() {
        case "inbox": 0
        case "junk": 1
        default:
            // FNV-1a: a number that is the same for a name at every start. A clash would show a mail under two names.
            name.lowercased().utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 } | 2
        }
    }
}
