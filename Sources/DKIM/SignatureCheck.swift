import Resolver

/// One signature on its way from a field to an outcome.
package struct SignatureCheck: Sendable {
    /// The field it stands in.
    package let field: HeaderFields.Field
    /// The signature, as long as nothing speaks against it.
    package private(set) var signature: Signature?
    private var record: KeyRecord?
    private var tags: TagList?
    private var domain: String?
    private var result = DKIMResult.neutral
    private var reason = ""

    /// What is known of the outcome so far.
    package var outcome: SignatureOutcome {
        guard let tags else { return SignatureOutcome(result, reason) }
        return SignatureOutcome(result, reason, describing: tags, domain: domain)
    }

    /// Reads a signature's field.
    package init(_ field: HeaderFields.Field, in header: HeaderFields, kind: Signature.Kind, now: Int64) {
        self.field = field
        do throws(Rejection) {
            let tags = try header.tags(of: field)
            self.tags = tags
            let read = try Signature(tags, kind: kind)
            domain = read.domain.text
            // RFC 6376, section 3.5 leaves what an expired signature is worth to us.
            guard !read.isExpired(at: now) else { throw Rejection(.policy, "signature has expired") }
            signature = read
        } catch {
            reject(error)
        }
    }

    /// Notes why the signature does not count.
    package mutating func reject(_ rejection: Rejection) {
        signature = nil
        result = rejection.result
        reason = rejection.reason
    }

    /// Notes what the look-up of the key brought.
    package mutating func take(_ answer: Result<KeyRecord, Rejection>) {
        guard signature != nil else { return }
        switch answer {
        case .failure(let rejection): reject(rejection)
        case .success(let record):
            // RFC 6376, section 3.6.1, flag s.
            guard !record.isStrict || signature?.identityDomain == signature?.domain else {
                reject(Rejection(.permerror, "key does not sign for domains below"))
                return
            }
            self.record = record
        }
    }

    /// Whether the key makes the signature's check long enough for another thread.
    var isExpensive: Bool { (record?.bits ?? 0) > 2_048 }

    /// Compares the signature with the message.
    package mutating func conclude(_ hashes: [BodyHash], _ header: HeaderFields) {
        guard let signature, let record else { return }
        do throws(Rejection) {
            try verify(signature, record, hashes, header)
        } catch {
            reject(error)
        }
    }

    private mutating func verify(
        _ signature: Signature, _ record: KeyRecord, _ hashes: [BodyHash], _ header: HeaderFields
    ) throws(Rejection) {
        guard let hash = hashes[signature.body] else { throw Rejection(.permerror, "body was not hashed") }
        let covered = signature.body.length ?? hash.canonicalLength
        guard covered <= hash.canonicalLength else {
            throw Rejection(.permerror, "body is shorter than what was signed")
        }
        guard hash.digest == signature.bodyHash else { throw Rejection(.fail, "body was changed") }
        guard isSigned(signature, by: record.key, header) else {
            throw Rejection(.fail, "signed fields were changed, or the key is another")
        }
        // RFC 6376, section 8.2: whoever may append to a body can make it say anything.
        guard covered == hash.canonicalLength else {
            throw Rejection(.policy, "only \(covered) of \(hash.canonicalLength) octets of the body are signed")
        }
        // RFC 6376, section 3.6.1, flag y: such a message is like one without a signature.
        guard !record.isTesting else {
            throw Rejection(.neutral, "signature verifies, but the key is only being tested")
        }
        result = .pass
    }

    /// Whether the signature is the key owner's over what it says (RFC 6376, section 3.7).
    private func isSigned(_ signature: Signature, by key: PublicKey, _ header: HeaderFields) -> Bool {
        let fields = header.selected(by: signature.headers)
        let own = header.line(field, without: signature.hole)
        // No form is more than a line end longer than what it is made of.
        let length = fields.reduce(own.count + 2) { $0 + $1.range.count + 2 }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { signed in
            var filled = 0
            for piece in fields.lazy.map(header.bytes) {
                filled += signature.headerForm.write(piece, to: .init(rebasing: signed[filled...]))
            }
            filled += signature.headerForm.write(own[...], to: .init(rebasing: signed[filled...]))
            return key.isValid(signature.octets, over: UnsafeRawBufferPointer(start: signed.baseAddress, count: filled))
        }
    }
}
