package import Resolver
import Synchronization

/// Looks keys up in the DNS.
///
/// The resolver keeps records as long as the DNS says; what was parsed from a record is kept here under the record
/// itself, so that a busy sender's key is parsed once and a changed record is seen at once.
package final class KeyStore: Sendable {
    private struct Source: Hashable {
        let record: [UInt8]
        let algorithm: SignatureAlgorithm
    }

    /// The most parsed keys kept; about 2 KB each.
    package static let capacity = 2_000
    /// The most records of one name that are looked at; there should be one (RFC 6376, section 3.6.2.2).
    package static let maximumRecords = 4

    private let resolver: any DNSResolving
    private let parsed = Mutex<[Source: KeyRecord]>([:])

    /// Keys from a resolver.
    package init(resolver: any DNSResolving) { self.resolver = resolver }

    /// The key record of a signature (RFC 6376, section 6.1.2); of several, the first that is one.
    package func record(_ query: KeyQuery) async -> Result<KeyRecord, Rejection> {
        let answer = await resolver.query(Signature.keyName(selector: query.selector, domain: query.domain.text), .txt)
        switch answer {
        case .temporaryFailure(let reason): return .failure(Rejection(.temperror, "key look-up: \(reason)"))
        case .malformed(let reason): return .failure(Rejection(.permerror, "key look-up: \(reason)"))
        case .noData, .noSuchName: return .failure(Rejection(.permerror, "no key at this selector"))
        case .records(let records): return choose(records, query.algorithm)
        }
    }

    /// The key records of several signatures, each looked up once and all at once.
    package func records(for queries: [KeyQuery?]) async -> [Result<KeyRecord, Rejection>?] {
        let distinct = Set(queries.compactMap(\.self))
        if distinct.count <= 1 {
            // Most mail has one signature: no other task has to be started and waited for.
            guard let query = distinct.first else { return queries.map { _ in nil } }
            let answer = await record(query)
            return queries.map { $0 == nil ? nil : answer }
        }
        return await withTaskGroup { group in
            for query in distinct {
                group.addTask { (query, await self.record(query)) }
            }
            var answers: [KeyQuery: Result<KeyRecord, Rejection>] = [:]
            for await (query, answer) in group { answers[query] = answer }
            return queries.map { query in query.flatMap { answers[$0] } }
        }
    }

    private func choose(_ records: [DNSRecord], _ algorithm: SignatureAlgorithm) -> Result<KeyRecord, Rejection> {
        var first: Rejection?
        for case .txt(let strings) in records.prefix(Self.maximumRecords) {
            let octets = Array(strings.joined())
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
        let source = Source(record: octets, algorithm: algorithm)
        if let known = parsed.withLock({ $0[source] }) { return known }
        let record = try KeyRecord(octets, for: algorithm)
        parsed.withLock { parsed in
            // Dropping everything costs each sender one more parse, and needs no order of use.
            if parsed.count >= Self.capacity { parsed.removeAll(keepingCapacity: true) }
            parsed[source] = record
        }
        return record
    }
}
