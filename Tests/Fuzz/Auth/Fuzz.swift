// What libFuzzer calls: the first octet chooses what the rest is taken for.
import AuthenticationResults
import Bytes
import DKIM
import Resolver

/// Feeds one input to a reader of what strangers say of themselves; a trap is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 0 else { return 0 }
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    let input = Array(octets.dropFirst())
    switch octets[0] % 6 {
    case 0: fuzzRecord(input)
    case 1: fuzzField(input)
    case 2: fuzzTags(input)
    case 3: fuzzKey(input)
    case 4: fuzzMessage(input)
    default: fuzzBody(input, seed: octets[0])
    }
    return 0
}

/// As many as the verifier looks at.
private let maximumSignatures = 10

private func fuzzRecord(_ input: [UInt8]) {
    for text in [input, Array("v=DMARC1;".utf8) + input] where PolicyRecord.isRecord(text) {
        do {
            let record = try PolicyRecord(parsing: text)
            precondition((0...100).contains(record.percent), "percent is out of its range")
        } catch {
            continue
        }
    }
}

/// What is written of a field must be read as the same results.
private func fuzzField(_ input: [UInt8]) {
    _ = ForwardedPass.isShown(by: String(decoding: input, as: UTF8.self), author: "a.example")
    guard let field = ResultsField(parsing: input) else { return }
    let written = field.field
    precondition(written.utf8.filter { $0 == 0x0A }.count == written.split(separator: "\r\n").count, "a bare line feed")
    guard let again = ResultsField(parsing: written.dropFirst(ResultsField.name.count + 1).utf8) else {
        preconditionFailure("a written field names no service")
    }
    precondition(again.results.count == field.results.count, "a result is lost or added")
    precondition(again.field == written, "what is written twice differs")
}

/// Every tag lies within the list, and what is base64 says the same when it is written anew.
private func fuzzTags(_ input: [UInt8]) {
    do throws(Rejection) {
        let tags = try TagList(input)
        precondition(tags.tags.count <= TagList.maximumTags, "more tags than there may be")
        for tag in tags.tags {
            precondition(tag.rawValue.lowerBound <= tag.value.lowerBound, "a value begins before its tag")
            precondition(tag.value.upperBound <= tag.rawValue.upperBound, "a value ends behind its tag")
            precondition(tag.rawValue.upperBound <= input.count, "a tag ends behind the list")
            if let decoded = Base64.decode(input[tag.value]) {
                precondition(Base64.decode(Base64.encode(decoded).utf8) == decoded, "base64 changes its meaning")
            }
        }
        for kind in [Signature.Kind.dkim, .arc] { try fuzzSignature(tags, kind, count: input.count) }
        _ = try SealTags(tags)
    } catch {
        precondition(!error.reason.isEmpty, "a refusal without a reason")
    }
}

private func fuzzSignature(_ tags: TagList, _ kind: Signature.Kind, count: Int) throws(Rejection) {
    let signature = try Signature(tags, kind: kind)
    precondition(signature.hole.upperBound <= count, "the hole ends behind the field")
    precondition(signature.domain.text.utf8.allSatisfy { $0 < 0x80 }, "a domain that the DNS does not have")
    precondition(signature.identityDomain.isWithin(signature.domain), "a signature for another domain")
    precondition(signature.headers.count <= Signature.maximumHeaders)
}

private func fuzzKey(_ input: [UInt8]) {
    for algorithm in [SignatureAlgorithm.rsaSHA256, .ed25519SHA256] {
        do throws(Rejection) {
            let record = try KeyRecord(input, for: algorithm)
            precondition(record.key.bits <= PublicKey.maximumBits, "a key beyond the limit")
            _ = record.key.isValid([UInt8](repeating: 1, count: record.key.bits / 8), over: input)
        } catch {
            precondition(!error.reason.isEmpty, "a refusal without a reason")
        }
    }
}

/// Signatures and seals as they stand in a header.
private func fuzzMessage(_ input: [UInt8]) {
    let content = Octets(input)
    let header = HeaderFields(of: content)
    precondition(header.bodyStart <= input.count, "the body begins behind the end")
    for field in header.all("dkim-signature").prefix(maximumSignatures) {
        let check = SignatureCheck(field, in: header, kind: .dkim, now: 1_700_000_000)
        precondition(check.signature != nil || !check.outcome.reason.isEmpty, "a refusal without a reason")
        let report = SignatureOutcome.report(of: [check.outcome])
        precondition(ResultsField.results(parsing: report).unreadable == 0, "an odd report")
        if let signature = check.signature { _ = header.selected(by: signature.headers) }
    }
    _ = ARCChain.highestInstance(header)
    _ = ARCChain.isKnownBroken(header)
    do throws(Rejection) {
        let chain = try ARCChain(header)
        precondition(chain.sets.count <= ARCChain.maximumSets, "more sets than there may be")
    } catch {
        precondition(!error.reason.isEmpty, "a refusal without a reason")
    }
}

/// A body hashed in pieces of any size has the hash of the whole.
private func fuzzBody(_ input: [UInt8], seed: UInt8) {
    let requests = Canonicalization.allCases.flatMap {
        [BodyHashRequest($0), BodyHashRequest($0, length: Int64(seed / 6))]
    }
    func hashes(_ piece: Int) -> [BodyHash] {
        var hashing = BodyHashing(Octets(input), from: 0, requests: requests)
        while hashing.remaining > 0 { hashing.advance(piece) }
        return hashing.finish()
    }
    let (whole, pieces) = (hashes(max(input.count, 1)), hashes(Int(seed % 7) + 1))
    for request in requests {
        precondition(whole[request]?.digest == pieces[request]?.digest, "pieces have another hash")
        precondition(whole[request]?.canonicalLength == pieces[request]?.canonicalLength, "pieces have another length")
    }
}
