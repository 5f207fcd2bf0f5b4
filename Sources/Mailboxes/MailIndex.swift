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
    /// The index that was found and could not be used; `nil` if it was sound.
    package let replaced: ReplacedIndex?
    let reader: MailReader
    /// Whether mails are being given again at this moment, so that searches may miss some.
    let isRebuilding = Mutex(false)
    let threads = BlockingThreads(count: 1, name: "sluice-index")
    private let coversThrough: UInt64
    private let isCaughtUp = Mutex(false)
    /// Up to which place of the store's order the index has been told of everything.
    private let announced: Mutex<UInt64>

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
            replaced = nil
        } catch let error as IndexError where error.isDamage {
            // Everything in the index stands in the store, too; what was found is kept for whoever wants to know why.
            replaced = ReplacedIndex(reason: error, path: try Self.setAside(directory, fileSystem))
            (index, coversThrough) = try InvertedIndex.open(
                directory: directory, fileSystem: fileSystem, options: IndexOptions())
        }
        announced = Mutex(coversThrough)
    }

    /// Moves a directory to the first free name behind it.
    private static func setAside(_ directory: String, _ fileSystem: any FileSystem) throws -> String {
        var number = 1
        while try fileSystem.exists("\(directory).set-aside-\(number)") { number += 1 }
        try fileSystem.rename(directory, to: "\(directory).set-aside-\(number)")
        return "\(directory).set-aside-\(number)"
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
        // What is stored already is given now, in order; what comes later is announced as it comes.
        let last = try await reader.store.lastSequence()
        announced.withLock { $0 = max($0, last) }
        try await noteMailboxes()
        try await addStored(after: coversThrough)
        index.startMerging()
    }

    /// Indexes what the store has had for a while and the index has not, whatever has become of its delivery.
    ///
    /// `earlier` is what this gave a while ago: what was stored then is not just on its way. Gives the place to ask with
    /// next.
    ///
    /// - Throws: What the stores and the index say; the next call tries again.
    package func repair(storedBefore earlier: UInt64?) async throws -> UInt64 {
        let last = try await reader.store.lastSequence()
        guard let earlier else { return last }
        try announce(through: earlier)
        for sequence in index.expected(through: earlier) {
            let next = try await reader.store.mails(after: sequence - min(sequence, 1), limit: 1).first
            if let mail = next, mail.summary.sequence == sequence {
                try await add([IndexEntry(mail.summary, content: try await reader.content(of: mail.body))])
            } else {
                // A change of a mail that was there before, or a mail that has been deleted.
                index.dismiss([sequence])
            }
        }
        return last
    }

    /// Announces everything up to a place of the store's order that was not announced before: what comes to the index
    /// out of turn must not make it promise what others have yet to bring.
    private func announce(through last: UInt64) throws {
        let new = announced.withLock { announced -> [UInt64] in
            guard last > announced else { return [] }
            defer { announced = last }
            return Array(announced + 1...last)
        }
        if !new.isEmpty { try index.expect(new) }
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
        let sequences = entries.map(\.mail.sequence)
        try await threads.run { [self] in
            try announce(through: sequences.max() ?? 0)
            try index.expect(sequences)
            try index.add(entries.map(\.mail))
            for entry in entries where entry.mailbox != Mailbox.inbox {
                index.setFlags(
                    user: entry.mail.user, number: entry.mail.number, flags: [],
                    mailbox: Mailbox.number(of: entry.mailbox))
            }
        }
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
