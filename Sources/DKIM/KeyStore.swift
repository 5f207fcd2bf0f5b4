package import Resolver

/// Looks keys up in the DNS.
///
/// The resolver keeps records as long as the DNS says; what was parsed from a busy sender's record is kept here for the
/// same time.
package final class KeyStore: Sendable {
    /// The most parsed keys that are kept; about 2 KB each.
    package static let capacity = 4_000
    /// The most records of one name that are looked at; there should be one (RFC 6376, section 3.6.2.2).
    package static let maximumRecords = 4

    private struct Known: Sendable {
        let record: KeyRecord
        let expiry: ContinuousClock.Instant
    }

    private let resolver: any DNSResolving
    private let known = Remembered<KeyQuery, Known>(capacity: capacity)

    /// Keys from a resolver.
    package init(resolver: any DNSResolving) { self.resolver = resolver }

    /// The key record of a signature (RFC 6376, section 6.1.2); of several, the first that is one.
    package func record(_ query: KeyQuery) async -> Result<KeyRecord, Rejection> {
        if let record = knownRecord(query) { return .success(record) }
        return await lookUp(query)
    }

    /// The key record of a signature, if it was looked up before and still holds.
    func knownRecord(_ query: KeyQuery) -> KeyRecord? {
        known[query].flatMap { $0.expiry > .now ? $0.record : nil }
    }

    private func lookUp(_ query: KeyQuery) async -> Result<KeyRecord, Rejection> {
        let name = Signature.keyName(selector: query.selector, domain: query.domain.text)
        let (answer, expiry) = await resolver.queryWithExpiry(name, .txt)
        let result = record(in: answer, at: name, for: query)
        if let expiry, case .success(let record) = result { known[query] = Known(record: record, expiry: expiry) }
        return result
    }

    private func record(in answer: DNSAnswer, at name: String, for query: KeyQuery) -> Result<KeyRecord, Rejection> {
        switch answer {
        case .temporaryFailure(let reason): return .failure(Rejection(.temperror, "key \(name): \(reason)"))
        case .malformed(let reason): return .failure(Rejection(.permerror, "key \(name): \(reason)"))
        case .noData, .noSuchName: return .failure(Rejection(.permerror, "no key at this selector"))
        case .records(let records): return choose(records, query.algorithm)
        }
    }

    /// The key records of several signatures, each looked up once and all at once.
    package func records(for queries: [KeyQuery?]) async -> [Result<KeyRecord, Rejection>?] {
        await withTaskGroup { group in
            for query in Set(queries.compactMap(\.self)) {
                group.addTask { (query, await self.record(query)) }
            }
            var answers: [KeyQuery: Result<KeyRecord, Rejection>] = [:]
            for await (query, answer) in group { answers[query] = answer }
            return queries.map { query in query.flatMap { answers[$0] } }
        }
    }

    private func choose(_ records: [DNSRecord], _ algorithm: SignatureAlgorithm) -> Result<KeyRecord, Rejection> {
        var first: Rejection?
        for octets in records.prefix(Self.maximumRecords).compactMap(\.text) {
            do throws(Rejection) {
                return .success(try read(octets, algorithm))
            } catch {
                first = first ?? error
            }
        }
        return .failure(first ?? Rejection(.permerror, "no key at this selector"))
    }

    private func read(_ octets: [UInt8], _ algorithm: SignatureAlgorithm) throws(Rejection) -> KeyRecord {
        guard octets.count <= KeyRecord.maximumLength else {
            throw Rejection(.permerror, "key record is longer than \(KeyRecord.maximumLength) octets")
        }
        return try KeyRecord(octets, for: algorithm)
    }
}
