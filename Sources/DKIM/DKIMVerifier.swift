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
        guard !header.isTooLarge else { return Self.excess }
        let fields = header.all("dkim-signature")
        var checks = Self.checks(of: fields, in: header, at: now)
        try await conclude(&checks, header, content)
        return Self.outcomes(of: checks, among: fields.count)
    }

    /// Verifies the signatures of a message that is not long, by keys that are known; `nil` where it needs more.
    package func verifyAtOnce(_ content: Octets, at now: Timestamp) -> [SignatureOutcome]? {
        guard content.count <= BodyHashing.inlineLimit else { return nil }
        let header = HeaderFields(of: content)
        guard !header.isTooLarge else { return Self.excess }
        let fields = header.all("dkim-signature")
        var checks = Self.checks(of: fields, in: header, at: now)
        guard takeKnownRecords(for: &checks), !Self.areExpensive(checks) else { return nil }
        let hashes = BodyHashing.hashesAtOnce(of: content, from: header.bodyStart, requests: Self.bodies(of: checks))
        for index in checks.indices { checks[index].conclude(hashes, header) }
        return Self.outcomes(of: checks, among: fields.count)
    }

    private static let excess = [SignatureOutcome(.permerror, HeaderFields.excess, of: 0)]

    private static func checks(
        of fields: [HeaderFields.Field], in header: HeaderFields, at now: Timestamp
    ) -> [SignatureCheck] {
        fields.prefix(maximumSignatures).map { SignatureCheck($0, in: header, kind: .dkim, now: now.seconds) }
    }

    private static func outcomes(of checks: [SignatureCheck], among count: Int) -> [SignatureOutcome] {
        var outcomes = checks.indices.map { checks[$0].outcome }
        if count > checks.count {
            let rest = count - checks.count
            outcomes.append(SignatureOutcome(.policy, "\(rest) more signatures were not looked at", of: rest))
        }
        return outcomes
    }

    /// Looks up the keys of some signatures and compares these with the message.
    ///
    /// - Throws: `CancellationError`.
    package func conclude(
        _ checks: inout [SignatureCheck], _ header: HeaderFields, _ content: Octets
    ) async throws {
        if !takeKnownRecords(for: &checks) {
            Self.take(await keys.records(for: Self.queries(of: checks)), for: &checks)
        }
        let hashes = try await BodyHashing.hashes(
            of: content, from: header.bodyStart, requests: Self.bodies(of: checks), on: threads)
        if header.octets.count > BodyHashing.inlineLimit || Self.areExpensive(checks) {
            try await concludeApart(&checks, hashes, header)
        } else {
            try Self.conclude(&checks, hashes, header)
        }
    }

    // What does not wait has functions of its own: one that may wait keeps its values in memory that is asked for at each
    // call.

    /// Whether all keys were known, which are then taken; most mail comes from senders who have written before.
    private func takeKnownRecords(for checks: inout [SignatureCheck]) -> Bool {
        for index in checks.indices {
            guard let query = checks[index].signature?.query else { continue }
            guard let record = keys.knownRecord(query) else { return false }
            checks[index].take(.success(record))
        }
        return true
    }

    private static func queries(of checks: [SignatureCheck]) -> [KeyQuery?] { checks.map(\.signature?.query) }

    private static func bodies(of checks: [SignatureCheck]) -> [BodyHashRequest] {
        var bodies: [BodyHashRequest] = []
        // By their places, here and below: to take a check out of its list is to retain all that it holds.
        for index in checks.indices {
            if let body = checks[index].signature?.body, !bodies.contains(body) { bodies.append(body) }
        }
        return bodies
    }

    private static func areExpensive(_ checks: [SignatureCheck]) -> Bool {
        checks.indices.contains { checks[$0].isExpensive }
    }

    private static func take(_ answers: [Result<KeyRecord, Rejection>?], for checks: inout [SignatureCheck]) {
        for index in checks.indices {
            if let answer = answers[index] { checks[index].take(answer) }
        }
    }

    private static func conclude(
        _ checks: inout [SignatureCheck], _ hashes: [BodyHash], _ header: HeaderFields
    ) throws {
        for index in checks.indices {
            try Task.checkCancellation()
            checks[index].conclude(hashes, header)
        }
    }

    /// Compares each signature on another thread.
    private func concludeApart(
        _ checks: inout [SignatureCheck], _ hashes: [BodyHash], _ header: HeaderFields
    ) async throws {
        for index in checks.indices {
            try Task.checkCancellation()
            let check = checks[index]
            checks[index] = try await threads.run {
                var concluded = check
                concluded.conclude(hashes, header)
                return concluded
            }
        }
    }
}
