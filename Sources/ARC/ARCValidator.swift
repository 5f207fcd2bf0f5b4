package import Bytes
package import DKIM
import Files
import Resolver

/// Validates chains of seals (RFC 8617, section 5.2).
package struct ARCValidator: Sendable {
    private let verifier: DKIMVerifier

    /// A validator that looks up keys and computes as a verifier of DKIM does.
    package init(_ verifier: DKIMVerifier) { self.verifier = verifier }

    /// Validates the chain of a message.
    ///
    /// Costs at most two look-ups for each set, all at once, and one walk through the body.
    ///
    /// - Throws: `CancellationError`.
    package func validate(_ content: Octets, at now: Timestamp) async throws -> ARCOutcome {
        if let outcome = Self.outcomeWithoutSeals(content) { return outcome }
        return try await validateSeals(of: content, at: now)
    }

    /// The outcome for a message without seals, as most are, which is soon seen; `nil` if it may have some.
    package static func outcomeWithoutSeals(_ content: Octets) -> ARCOutcome? {
        HeaderFields.areNone(beginning: "arc-", in: content) ? noSeals : nil
    }

    private func validateSeals(of content: Octets, at now: Timestamp) async throws -> ARCOutcome {
        let header = HeaderFields(of: content)
        guard !header.isTooLarge else { return ARCOutcome(.fail, HeaderFields.excess, instances: 0) }
        let chain: ARCChain
        do throws(Rejection) {
            chain = try ARCChain(header)
        } catch {
            return ARCOutcome(.fail, error.reason, instances: ARCChain.highestInstance(header))
        }
        guard !chain.sets.isEmpty else { return Self.noSeals }
        if let broken = try await brokenSeal(chain, header) { return Self.failure(broken, of: chain) }
        var checks = chain.sets.map { SignatureCheck($0.signature, in: header, kind: .arc, now: now.seconds) }
        try await verifier.conclude(&checks, header, content)
        return conclude(chain, checks.map(\.outcome), header)
    }

    private static let noSeals = ARCOutcome(.none, "no seals", instances: 0)

    private func conclude(_ chain: ARCChain, _ signatures: [SignatureOutcome], _ header: HeaderFields) -> ARCOutcome {
        let count = chain.sets.count
        guard let newest = signatures.last, newest.result == .pass else {
            let (result, reason) = signatures.last.map { ($0.result, $0.reason) } ?? (.neutral, "")
            return Self.failure(Rejection(result, "message signature \(count): \(reason)"), of: chain)
        }
        var outcome = ARCOutcome(.pass, "sealed \(count) times", instances: count)
        let failing = signatures.lastIndex { $0.result != .pass }
        outcome.oldestPass = failing.map { $0 + 2 } ?? 0
        outcome.sealers = chain.sealers
        outcome.firstResults = chain.sets.first.map { text(of: $0.results, header) } ?? ""
        return outcome
    }

    /// The outcome for a chain that does not pass: RFC 8617 has no word for what may pass later.
    private static func failure(_ rejection: Rejection, of chain: ARCChain) -> ARCOutcome {
        var outcome = ARCOutcome(.fail, rejection.reason, instances: chain.sets.count)
        if rejection.result == .temperror { outcome.undecided = chain.sealers }
        return outcome
    }

    /// The value of a field of results behind its instance, unfolded.
    private func text(of field: HeaderFields.Field, _ header: HeaderFields) -> String {
        var octets: [UInt8] = []
        Canonicalization.relaxed.append(header.line(field), to: &octets)
        let rest = octets.firstIndex(of: UInt8(ascii: ";")).map { octets[($0 + 1)...] } ?? []
        return String(decoding: rest.drop { $0 == 0x20 }, as: UTF8.self)
    }

    /// Why a seal does not count, the newest first; `nil` if all do.
    private func brokenSeal(_ chain: ARCChain, _ header: HeaderFields) async throws -> Rejection? {
        let keys = await verifier.keys.records(
            for: chain.sets.map {
                KeyQuery(
                    selector: $0.sealTags.selector, domain: $0.sealTags.domain, algorithm: $0.sealTags.algorithm)
            })
        for index in chain.sets.indices.reversed() {
            try Task.checkCancellation()
            let name = "seal \(index + 1)"
            switch keys[index] {
            case .failure(let rejection): return Rejection(rejection.result, "\(name): \(rejection.reason)")
            case nil: return Rejection(.permerror, "\(name): no key was looked up")
            case .success(let record):
                let isValid = try await verifier.threads.run { Self.isValid(chain, index, record.key, header) }
                guard isValid else {
                    return Rejection(.fail, "\(name): sealed fields were changed, or the key is another")
                }
            }
        }
        return nil
    }

    private static func isValid(_ chain: ARCChain, _ index: Int, _ key: PublicKey, _ header: HeaderFields) -> Bool {
        let set = chain.sets[index]
        var octets = ARCChain.canonical(chain.sets[..<index], header)
        for field in [set.results, set.signature] {
            Canonicalization.relaxed.append(header.bytes(field), to: &octets)
        }
        Canonicalization.relaxed.append(header.line(set.seal, without: set.sealTags.hole)[...], to: &octets)
        return key.isValid(set.sealTags.octets, over: octets)
    }
}
