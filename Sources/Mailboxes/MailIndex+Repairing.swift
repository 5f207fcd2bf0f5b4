import Files
package import MailStore
import SearchIndex
import Synchronization

extension MailIndex {
    /// The index is being built again already.
    package struct Busy: Error, CustomStringConvertible {
        package let description = "the index is being rebuilt already; try again when that is over"
    }

    /// Whether searches may miss mails because some are being given again.
    package var mayMissMails: Bool { isRebuilding.withLock { $0 } }

    // MARK: Rebuilding

    /// Indexes all mails of a user, or of everybody, anew; damaged segments are set aside first.
    ///
    /// Other users' searches go on as ever. Those of the user miss mails until they are added again, and find no others. After a crash in
    /// between, catching up does the rest.
    /// - Returns: How many mails were indexed.
    /// - Throws: ``Busy``, and what the stores and the index say.
    package func rebuild(user: UserID? = nil) async throws -> Int {
        try await alone {
            var mails = 0
            if try await setDamagedAside() { mails += try await replay() }
            for known in try await reader.store.users() where user == nil || known.id == user {
                mails += try await rebuild(only: known.id)
            }
            return mails
        }
    }

    /// Sets a damaged segment aside and indexes anew what it had, if an error names one.
    ///
    /// - Returns: Whether there was something to repair; then what failed can be tried again.
    /// - Throws: What the stores and the index say.
    package func repair(_ error: any Error) async throws -> Bool {
        guard let error = error as? IndexError, let file = error.damagedSegment else { return false }
        // While another repairs, the segment is out of the way or about to be.
        guard !mayMissMails else { return true }
        _ = try await alone {
            try await discard(file)
            return try await replay()
        }
        return true
    }

    private func alone<Result>(_ body: () async throws -> Result) async throws -> Result {
        let isFirst = isRebuilding.withLock { busy in
            defer { busy = true }
            return !busy
        }
        guard isFirst else { throw Busy() }
        defer { isRebuilding.withLock { $0 = false } }
        return try await body()
    }

    /// Whether any segment was damaged.
    private func setDamagedAside() async throws -> Bool {
        let index = index
        var hadDamage = false
        while true {
            do {
                try await threads.run { try index.verify() }
                return hadDamage
            } catch let error as IndexError {
                guard let file = error.damagedSegment else { throw error }
                try await discard(file)
                hadDamage = true
            }
        }
    }

    private func discard(_ file: String) async throws {
        let index = index
        try await threads.run {
            try index.beginReplay(from: 0)
            try index.discard(segment: file)
        }
    }

    /// Gives all mails of the store again; those that the index has are left out.
    private func replay() async throws -> Int {
        let before = index.statistics().added
        var sequence: UInt64 = 0
        while true {
            let mails = try await reader.store.mails(after: sequence, limit: Self.catchUpBatch)
            guard let last = mails.last else { break }
            for mail in mails {
                try await add([IndexEntry(mail.summary, content: try await reader.content(of: mail.body))])
            }
            sequence = last.summary.sequence
        }
        try await endReplay()
        return index.statistics().added - before
    }

    private func rebuild(only user: UserID) async throws -> Int {
        let index = index
        let first = try await firstSequence(of: user)
        try await threads.run {
            try index.beginReplay(from: first)
            try index.removeUser(user.value)
        }
        var mails = 0
        try await forEachMail(of: user) { summary in
            guard let body = try await reader.store.body(user: user, number: summary.number) else { return }
            try await add([IndexEntry(summary, content: try await reader.content(of: body))])
            mails += 1
        }
        try await endReplay()
        return mails
    }

    private func endReplay() async throws {
        let index = index
        try await threads.run { try index.endReplay() }
    }

    private func firstSequence(of user: UserID) async throws -> UInt64 {
        var first = UInt64.max
        try await forEachMail(of: user) { first = min(first, $0.sequence) }
        return first
    }

    /// Calls `body` with a user's mails, newest first.
    func forEachMail(of user: UserID, _ body: (MailSummary) async throws -> Void) async throws {
        var before: UInt32?
        while true {
            let page = try await reader.store.list(user: user, before: before, limit: Self.catchUpBatch)
            guard let last = page.last else { return }
            for summary in page { try await body(summary) }
            before = last.number
        }
    }
}
