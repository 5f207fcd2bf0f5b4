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

    mutating func note(_ finding: String) {
        if findings.count < Self.findingLimit { findings.append(finding) } else { more += 1 }
    }
}

extension MailIndex {
    /// Compares every page with its checksum, then every list of a user, or of everybody, with the mails in the store.
    ///
    /// - Throws: What the stores say; what is wrong with the index is in the result.
    package func verify(user: UserID? = nil) async throws -> IndexVerification {
        var result = IndexVerification()
        let index = index
        do {
            try await threads.run { try index.verify() }
        } catch let error as IndexError where error.isDamage {
            result.note("\(error)")
        }
        for known in try await reader.store.users() where user == nil || known.id == user {
            result.users += 1
            do {
                try await verify(known, &result)
            } catch let error as IndexError where error.isDamage {
                result.note("\(known.address): \(error)")
            }
        }
        return result
    }

    private func verify(_ user: User, _ result: inout IndexVerification) async throws {
        let index = index
        let fingerprinter = index.makeFingerprinter()
        var expected: [UInt32: Fingerprint] = [:]
        try await forEachMail(of: user.id) { summary in
            guard let body = try await reader.store.body(user: user.id, number: summary.number) else { return }
            let entry = IndexEntry(summary, content: try await reader.content(of: body))
            expected[summary.number] = fingerprinter(entry.mail)
        }
        let highest = expected.keys.max() ?? 0
        let found = try await threads.run { try index.fingerprints(user: user.id.value) }
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
}
