import Files
package import MailStore
import SearchIndex

/// What a comparison of the index with the store has found.
package struct IndexVerification: Sendable, Codable, Equatable {
    /// How many findings are listed: the first tell what is wrong, and the rest is more of it.
    package static let findingLimit = 100

    package var users = 0
    package var mails = 0
    /// What is wrong, a sentence each.
    package var findings: [String] = []
    /// How many findings there are beyond those that are listed.
    package var more = 0

    /// Adds a finding.
    package mutating func note(_ finding: String) {
        if findings.count < Self.findingLimit { findings.append(finding) } else { more += 1 }
    }
}

extension MailIndex {
    /// How often a verification waits, in all, for mail that is stored and on its way to the index.
    private static let pauses = 50
    private static let pause = Duration.milliseconds(100)

    /// Compares every page with its checksum, then every list of a user, or of everybody, with the mails in the store.
    ///
    /// - Throws: What the stores say; what is wrong with the index is in the result.
    package func verify(user: UserID? = nil) async throws -> IndexVerification {
        var result = IndexVerification()
        var pauses = Self.pauses
        let index = index
        do {
            try await threads.run { try index.verify() }
        } catch let error as IndexError where error.isDamage {
            result.note("\(error)")
        }
        for known in try await reader.store.users() where user == nil || known.id == user {
            result.users += 1
            do {
                try await verify(known, &result, &pauses)
            } catch let error as IndexError where error.isDamage {
                result.note("\(known.address): \(error)")
            }
        }
        return result
    }

    private func verify(_ user: User, _ result: inout IndexVerification, _ pauses: inout Int) async throws {
        let fingerprinter = index.makeFingerprinter()
        var expected: [UInt32: Fingerprint] = [:]
        try await forEachMail(of: user.id) { summary in
            guard let body = try await reader.store.body(user: user.id, number: summary.number) else { return }
            let entry = IndexEntry(summary, content: try await reader.content(of: body))
            expected[summary.number] = fingerprinter(entry.mail)
        }
        let highest = expected.keys.max() ?? 0
        let found = try await fingerprints(of: user.id, holding: expected.keys, &pauses)
        for (number, fingerprint) in expected.sorted(by: { $0.key < $1.key }) {
            result.mails += 1
            switch found[number] {
            case nil: result.note("\(user.address): mail \(number) is not in the index")
            case fingerprint: break
            default: result.note("\(user.address): mail \(number) is indexed with other words than it has")
            }
        }
        // What came in meanwhile is above all that was compared.
        for number in found.keys.sorted() where number <= highest && expected[number] == nil {
            result.note("\(user.address): mail \(number) is in the index and not in the store")
        }
    }

    /// What the index has of a user's mails; one that was stored a moment ago may still be on its way there.
    private func fingerprints(
        of user: UserID, holding numbers: some Collection<UInt32>, _ pauses: inout Int
    ) async throws -> [UInt32: Fingerprint] {
        let index = index
        while true {
            let found = try await threads.run { try index.fingerprints(user: user.value) }
            guard pauses > 0, numbers.contains(where: { found[$0] == nil }) else { return found }
            pauses -= 1
            try await Task.sleep(for: Self.pause)
        }
    }
}
