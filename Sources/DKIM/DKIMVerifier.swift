package import Bytes
package import Files

/// Verifies the signatures of messages (RFC 6376, section 6).
package struct DKIMVerifier: Sendable {
    /// The most signatures of one message that are looked at; real mail has up to four (RFC 6376, section 8.4).
    package static let maximumSignatures = 10

    /// Where keys come from.
    package let keys: KeyStore
    /// Where long computations run.
    package let threads: BlockingThreads

    /// A verifier with a source of keys and threads for long computations.
    package init(keys: KeyStore, threads: BlockingThreads) {
        self.keys = keys
        self.threads = threads
    }

    /// Verifies the signatures of a message, from the top; none means that there are none.
    ///
    /// Costs at most ``maximumSignatures`` look-ups, all at once, and one walk through the body.
    ///
    /// - Throws: `CancellationError`.
    package func verify(_ content: Octets, at now: Timestamp) async throws -> [SignatureOutcome] {
        let header = HeaderFields(of: content)
        guard !header.isTooLarge else { return [SignatureOutcome(.permerror, HeaderFields.excess, of: 0)] }
        let fields = header.all("dkim-signature")
        let checks = fields.prefix(Self.maximumSignatures).map {
            SignatureCheck($0, in: header, kind: .dkim, now: now.seconds)
        }
        var outcomes = try await conclude(checks, header, content).map(\.outcome)
        if fields.count > checks.count {
            let rest = fields.count - checks.count
            outcomes.append(SignatureOutcome(.policy, "\(rest) more signatures were not looked at", of: rest))
        }
        return outcomes
    }

    /// Looks up the keys of some signatures and compares these with the message.
    ///
    /// - Throws: `CancellationError`.
    package func conclude(
        _ checks: [SignatureCheck], _ header: HeaderFields, _ content: Octets
    ) async throws -> [SignatureCheck] {
        var checks = checks
        let answers = await keys.records(for: checks.map(\.signature?.query))
        for index in checks.indices {
            if let answer = answers[index] { checks[index].take(answer) }
        }
        let hashes = try await BodyHashing.hashes(
            of: content, from: header.bodyStart, requests: Set(checks.compactMap(\.signature?.body)), on: threads)
        for index in checks.indices where checks[index].signature != nil {
            try Task.checkCancellation()
            if checks[index].isExpensive || header.octets.count > BodyHashing.inlineLimit {
                let before = checks[index]
                checks[index] = try await threads.run {
                    var after = before
                    after.conclude(hashes, header)
                    return after
                }
            } else {
                checks[index].conclude(hashes, header)
            }
        }
        return checks
    }
}
