import Resolver

/// One signature on its way from a field to an outcome.
package struct SignatureCheck: Sendable {
    /// The field it stands in.
    package let field: HeaderFields.Field
    /// What is known of the outcome so far.
    package private(set) var outcome: SignatureOutcome
    /// The signature, as long as nothing speaks against it.
    package private(set) var signature: Signature?
    private var record: KeyRecord?

    /// Reads a signature's field.
    package init(_ field: HeaderFields.Field, in header: HeaderFields, kind: Signature.Kind, now: Int64) {
        self.field = field
        outcome = SignatureOutcome(describing: nil)
        do throws(Rejection) {
            let octets = header.line(field)
            let tags = try TagList(octets, from: field.valueStart - field.range.lowerBound)
            outcome = SignatureOutcome(describing: tags)
            let read = try Signature(tags, kind: kind)
            outcome.domain = read.domain.text
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
        outcome.result = rejection.result
        outcome.reason = rejection.reason
    }

    /// Notes what the look-up of the key brought.
    package mutating func take(_ answer: Result<KeyRecord, Rejection>) {
        guard signature != nil else { return }
        switch answer {
        case .failure(let rejection): reject(rejection)
        case .success(let record):
            // RFC 6376, section 3.6.1, flag s.
            guard !record.isStrict || signature?.identityDomain == signature?.domain.text else {
                reject(Rejection(.permerror, "key does not sign for domains below"))
                return
            }
            self.record = record
        }
    }

    /// Whether the key makes the signature's check long enough for another thread.
    var isExpensive: Bool { (record?.bits ?? 0) > 2_048 }

    /// Compares the signature with the message.
    package mutating func conclude(_ hashes: [BodyHashRequest: BodyHash], _ header: HeaderFields) {
        guard let signature, let record else { return }
        do throws(Rejection) {
            try verify(signature, record, hashes, header)
        } catch {
            reject(error)
        }
    }

    private mutating func verify(
        _ signature: Signature, _ record: KeyRecord, _ hashes: [BodyHashRequest: BodyHash], _ header: HeaderFields
    ) throws(Rejection) {
        guard let hash = hashes[signature.body] else { throw Rejection(.permerror, "body was not hashed") }
        let covered = signature.body.length ?? hash.canonicalLength
        guard covered <= hash.canonicalLength else {
            throw Rejection(.permerror, "body is shorter than what was signed")
        }
        guard hash.digest == signature.bodyHash else { throw Rejection(.fail, "body was changed") }
        guard record.key.isValid(signature.octets, over: signed(signature, header)) else {
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
        outcome.result = .pass
        outcome.reason = "signed by \(signature.domain.text)"
    }

    /// More octets than the signed fields of most messages have.
    private static let usualHeader = 2_048

    /// What the signature is over (RFC 6376, section 3.7).
    private func signed(_ signature: Signature, _ header: HeaderFields) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(Self.usualHeader)
        for field in header.selected(by: signature.headers) {
            signature.headerForm.append(header.bytes(field), to: &octets)
        }
        var own = header.line(field)
        own.removeSubrange(signature.hole)
        signature.headerForm.append(own, to: &octets)
        return octets
    }
}
