package import Bytes
package import DKIM
package import Files

/// Adds a set to a message's chain (RFC 8617, section 5.1).
package struct ARCSealer: Sendable {
    /// Fields that the message signature covers: those of DKIM and its signatures (RFC 8617, section 4.1.2).
    package static let usualHeaders = DKIMSigner.usualHeaders + ["dkim-signature"]

    /// Who seals.
    package let domain: String
    /// Under which name of the domain others find the key.
    package let selector: String
    /// The fields that the message signature covers, in lower case.
    package var headers = usualHeaders
    /// Those of them that nobody may add.
    package var oversigned: Set<String> = DKIMSigner.usualOversigned
    /// How the fields are written; seals cover one another's form.
    package var form = Form.instanceFirst
    private let key: SigningKey
    private let threads: BlockingThreads

    /// How a field's tags are written.
    package enum Form: Sendable {
        /// The instance before all others, as the grammar of RFC 8617, sections 4.1.2 and 4.1.3 has it, and the signature
        /// folded.
        case instanceFirst
        /// By the letter and with the signature in one line, as the published suite has them.
        case sorted
    }

    /// A sealer with the usual choices.
    package init(domain: String, selector: String, key: SigningKey, threads: BlockingThreads) {
        self.domain = domain
        self.selector = selector
        self.key = key
        self.threads = threads
    }

    /// The three fields to put before a message, the topmost first; none where a seal must not be added.
    ///
    /// - Parameters:
    ///   - content: The message as it came.
    ///   - added: The fields that stand before the message already.
    ///   - host: The name of the server that has checked the message (RFC 8601, section 2.5).
    ///   - results: What it found out, each in the words of RFC 8601.
    ///   - status: What the chain so far was found to be.
    ///   - now: The time of the seal.
    /// - Returns: The fields, each with its line end.
    /// - Throws: `CancellationError`; `Rejection` for a message that nobody could verify.
    package func seal(
        _ content: Octets, below added: [String], host: String, results: [String], status: ARCResult,
        at now: Timestamp
    ) async throws -> [String] {
        let header = HeaderFields(of: content, below: added)
        guard !header.isTooLarge else { throw Rejection(.permerror, HeaderFields.excess) }
        let instance = ARCChain.highestInstance(header) + 1
        // RFC 8617, section 5.1, step 2 and section 4.2.1.
        guard instance <= ARCChain.maximumSets, !ARCChain.isKnownBroken(header) else { return [] }
        let findings = Self.results(instance, host, results)
        let signature = try await signature(instance, content, header, now)
        // RFC 8617, section 5.1.2: the seal of a broken chain covers its own set only.
        var covered: [[UInt8]] = []
        if status == .pass {
            do throws(Rejection) {
                covered = [ARCChain.canonical(try ARCChain(header).sets, header)]
            } catch {
                throw Rejection(.fail, "chain passed and is none: \(error.reason)")
            }
        }
        for field in [findings, signature] {
            var canonical: [UInt8] = []
            Canonicalization.relaxed.append(Array(field.utf8)[...], to: &canonical)
            covered.append(canonical)
        }
        let draft = draft(
            "ARC-Seal",
            [
                ("a", key.algorithm.rawValue), ("b", ""), ("cv", status.rawValue), ("d", domain),
                ("i", String(instance)), ("s", selector), ("t", String(now.seconds)),
            ])
        let seal = try await DKIMSigner.complete(draft, over: Array(covered.joined()), .relaxed, key, threads)
        return [seal, signature, findings]
    }

    private func signature(
        _ instance: Int, _ content: Octets, _ header: HeaderFields, _ now: Timestamp
    ) async throws -> String {
        let request = BodyHashRequest(.relaxed)
        let hashes = try await BodyHashing.hashes(
            of: content, from: header.bodyStart, requests: [request], on: threads)
        let names = DKIMSigner.names(headers, oversigned: oversigned, in: header)
        let draft = draft(
            "ARC-Message-Signature",
            [
                ("a", key.algorithm.rawValue), ("b", ""), ("bh", Base64.encode(hashes[request]?.digest ?? [])),
                ("c", "relaxed/relaxed"), ("d", domain), ("h", names.joined(separator: ":")),
                ("i", String(instance)), ("s", selector), ("t", String(now.seconds)),
            ])
        var covered: [UInt8] = []
        for field in header.selected(by: FieldNames(names)) {
            Canonicalization.relaxed.append(header.bytes(field), to: &covered)
        }
        return try await DKIMSigner.complete(
            draft, over: covered, .relaxed, key, threads,
            folding: form == .sorted ? .max : SignatureDraft.signatureLength)
    }

    /// A field of these tags, which come by the letter.
    private func draft(_ name: String, _ tags: [(name: String, value: String)]) -> SignatureDraft {
        guard form == .instanceFirst else { return SignatureDraft(name, tags) }
        return SignatureDraft(name, tags.filter { $0.name == "i" } + tags.filter { $0.name != "i" })
    }

    /// ARC-Authentication-Results (RFC 8617, section 4.1.1), folded at its spaces.
    private static func results(_ instance: Int, _ host: String, _ results: [String]) -> String {
        let text = (["i=\(instance)", host] + (results.isEmpty ? ["none"] : results)).joined(separator: "; ")
        var field = "ARC-Authentication-Results:"
        var column = field.utf8.count
        for word in text.split(separator: " ") {
            if column + word.utf8.count + 1 > SignatureDraft.lineLength {
                field += "\r\n\t\(word)"
                column = 1 + word.utf8.count
            } else {
                field += " \(word)"
                column += 1 + word.utf8.count
            }
        }
        return field + "\r\n"
    }
}
