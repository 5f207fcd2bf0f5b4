package import Bytes
package import Files

/// Signs messages (RFC 6376, section 5).
package struct DKIMSigner: Sendable {
    /// Fields that are signed where they stand (RFC 6376, section 5.4.1).
    package static let usualHeaders = [
        "from", "reply-to", "sender", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
        "mime-version", "content-type", "content-transfer-encoding", "content-disposition", "content-id",
        "resent-from", "resent-sender", "resent-to", "resent-cc", "resent-date", "resent-message-id", "list-id",
        "list-help", "list-subscribe", "list-unsubscribe", "list-unsubscribe-post", "list-post", "list-owner",
        "list-archive", "autocrypt",
    ]
    /// Fields of which nobody may add another one: readers show them, or they change what readers show.
    package static let usualOversigned: Set<String> = [
        "from", "reply-to", "sender", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
        "mime-version", "content-type", "content-transfer-encoding",
    ]

    /// Who signs.
    package let domain: String
    /// Under which name of the domain others find the key.
    package let selector: String
    /// The key.
    package let key: SigningKey
    /// The form in which the header is signed.
    package var headerForm = Canonicalization.relaxed
    /// The form in which the body is signed.
    package var bodyForm = Canonicalization.relaxed
    /// The fields to sign, in lower case.
    package var headers = usualHeaders
    /// Those of them that nobody may add.
    package var oversigned = usualOversigned
    /// How long the signature is good; `nil` for ever.
    package var lifetime: Duration?
    private let threads: BlockingThreads

    /// A signer with the usual choices.
    package init(domain: String, selector: String, key: SigningKey, threads: BlockingThreads) {
        self.domain = domain
        self.selector = selector
        self.key = key
        self.threads = threads
    }

    /// The field for a message that goes out with fields put before it.
    ///
    /// - Throws: `CancellationError`; ``Rejection`` for a message that nobody could verify.
    package func field(for content: Octets, below added: [String], at now: Timestamp) async throws -> String {
        let header = HeaderFields(of: content, below: added)
        guard !header.isTooLarge else { throw Rejection(.permerror, HeaderFields.excess) }
        guard header.count(of: "from") > 0 else { throw Rejection(.permerror, "message has no From") }
        let request = BodyHashRequest(bodyForm)
        let hashes = try await BodyHashing.hashes(
            of: content, from: header.bodyStart, requests: [request], on: threads)
        let names = Self.names(headers, oversigned: oversigned, in: header)
        var tags: [(name: String, value: String)] = [
            ("v", "1"), ("a", key.algorithm.rawValue), ("c", "\(headerForm.rawValue)/\(bodyForm.rawValue)"),
            ("d", domain), ("s", selector), ("t", String(now.seconds)),
        ]
        if let lifetime { tags.append(("x", String((now + lifetime).seconds))) }
        tags += [
            ("h", names.joined(separator: ":")), ("bh", Base64.encode(hashes[request]?.digest ?? [])), ("b", ""),
        ]
        var signed: [UInt8] = []
        for field in header.selected(by: FieldNames(names)) { headerForm.append(header.bytes(field), to: &signed) }
        return try await Self.complete(
            SignatureDraft("DKIM-Signature", tags), over: signed, headerForm, key, threads)
    }

    /// The names to sign: each as often as it stands there, and once more if nobody may add one.
    package static func names(_ wanted: [String], oversigned: Set<String>, in header: HeaderFields) -> [String] {
        wanted.flatMap { name in
            Array(repeating: name, count: header.count(of: name) + (oversigned.contains(name) ? 1 : 0))
        }
    }

    /// Signs octets in their final form and a draft behind them, on another thread, and completes the draft.
    package static func complete(
        _ draft: SignatureDraft, over octets: [UInt8], _ form: Canonicalization, _ key: SigningKey,
        _ threads: BlockingThreads, folding length: Int = SignatureDraft.signatureLength
    ) async throws -> String {
        var signed = octets
        form.append(draft.unsigned[...], to: &signed)
        let whole = signed
        return draft.completed(try await threads.run { try key.signature(over: whole) }, folding: length)
    }
}
