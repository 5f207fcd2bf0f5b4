import AgeingResolver
import Bytes
import DKIM
import Files
import Resolver
import Testing

/// What is verified without waiting for anything: the same as else, and nothing that takes long.
@Suite struct AtOnceTests {
    private struct Answers {
        let before: [SignatureOutcome]?
        let waiting: [SignatureOutcome]
        let after: [SignatureOutcome]?
    }

    /// What is said of a message before its keys are known, by who waits for them, and then.
    private func answers(_ content: Octets, _ zone: DNSZone) async throws -> Answers {
        let resolver = AgeingResolver(zone)
        let verifier = DKIMVerifier(keys: KeyStore(resolver: resolver), threads: Signing.threads)
        let before = verifier.verifyAtOnce(content, at: Signing.now)
        let waiting = try await verifier.verify(content, at: Signing.now)
        let asked = resolver.questions
        let after = verifier.verifyAtOnce(content, at: Signing.now)
        #expect(resolver.questions == asked)
        return Answers(before: before, waiting: waiting, after: after)
    }

    private func answers(_ fields: String, _ zone: DNSZone) async throws -> Answers {
        try await answers(Octets(Array(fields.utf8) + DKIMSamples.onWire(Signing.mail).array), zone)
    }

    @Test(arguments: [([:], "", DKIMResult.pass), (["i": "a@sub.example.com"], "; t=s", .permerror)])
    func `a signature by a known key is verified at once`(
        _ changes: [String: String], _ flags: String, _ result: DKIMResult
    ) async throws {
        let signing = try Signing()
        let field = try await signing.field(signing.tags(changing: changes))
        let zone = DNSZone(["s1._domainkey.example.com": [.text(signing.key.record + flags)]])
        let answers = try await answers(field, zone)
        #expect(answers.before == nil && answers.waiting.map(\.result) == [result])
        #expect(answers.after == answers.waiting)
    }

    /// Keys that were made for this test.
    @Test(arguments: [
        (
            """
            MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwxSfNDE7NZIRQHWKsLW6wXVmUox19qV5r6+G5WJogHEIni2pQIC07McvGnN8Bjw0\
            zbJCEZUbQynv6Guatu4K7C4/KkPbPVvPFE6zcan6PjbFJjIT5ZyE8QeudUoIx3YqSNbfy5VnGJPq30jRN3QR4mdDAyJpvZJYjbju0wd1rIre\
            RZuN/qLh6YFxs3ow56WGj8GSzNEi/dAp/Q4+qNBKSujwlUisW2gYCl5bEpNX3Z4CC7mRjr1EuTjb/bHRpcvIUeHALc+DDpS+zXysamTd3ria\
            U3uQ03QUAy38G8i4SNOQXs4MolMOVKUwC9zxWwRZr0/uJn3QbsmflPfAt96lmQIDAQAB
            """, true
        ),
        (
            """
            MIIBIzANBgkqhkiG9w0BAQEFAAOCARAAMIIBCwKCAQIAqRE7npDXvrCnuKndkh3tNtwNBQhm4o0CaY1dBvhpxyfOdKda9SbLmA0fh+Tix8Ri\
            BD4ugryCikKgroDxcMWhJwjuAbPPjWc7LwOi24PIck+GYy2mDBrVULT+/4c6sAy3tVoPGvzZx3QY7e+QbdSIarIqmjoi7qjMWUhPfLv26vSl\
            80qhivuT9qiwpJP3pQYps9vBbyuTOA5AVgm+4IztJzRGEcBjXG6fyZaw792Xky8rU6lJKlgVmMotl0RirqnwhoYT2NV4dwcKcjFTC6lbsHfI\
            0+x5qzkrzlfLBplkCgfxxcfRE7q7+/bP0WgqWs8mfTZrZ32ouUSRrfWeEoTje4sCAwEAAQ==
            """, false
        ),
    ])
    func `a key of more than 2,048 bits is too much work`(_ key: String, _ isAtOnce: Bool) async throws {
        let signing = try Signing()
        let field = try await signing.field(signing.tags(changing: ["a": "rsa-sha256"]))
        let answers = try await answers(field, DNSZone(["s1._domainkey.example.com": [.text("v=DKIM1; p=\(key)")]]))
        #expect(answers.waiting.map(\.result) == [.fail], "the signature is of another key")
        #expect(answers.after == (isAtOnce ? answers.waiting : nil))
    }

    @Test(arguments: [10, 11])
    func `of many signatures the first ten count at once, too`(_ count: Int) async throws {
        let signing = try Signing()
        let field = try await signing.field(signing.tags())
        let answers = try await answers(String(repeating: field, count: count), signing.zone)
        #expect(answers.before == nil)
        #expect(answers.waiting.map(\.result) == Array(repeating: .pass, count: 10) + (count > 10 ? [.policy] : []))
        #expect(answers.after == answers.waiting)
    }

    @Test(arguments: [("", []), (String(repeating: "X: y\r\n", count: 5_001), [DKIMResult.permerror])])
    func `what needs no key is said at once`(_ fields: String, _ results: [DKIMResult]) async throws {
        let answers = try await answers(fields, DNSZone([:]))
        #expect(answers.waiting.map(\.result) == results)
        #expect(answers.before == answers.waiting && answers.after == answers.waiting)
    }

    @Test(arguments: [0, 1])
    func `content up to the limit is verified at once`(_ excess: Int) async throws {
        let signing = try Signing()
        let length = try await signing.signed().utf8.count
        let filling = String(repeating: "x", count: BodyHashing.inlineLimit - length + excess)
        let content = Octets(Array(try await signing.signed(Signing.mail + filling).utf8))
        try #require(content.count == BodyHashing.inlineLimit + excess)
        let answers = try await answers(content, signing.zone)
        #expect(answers.waiting.map(\.result) == [.pass])
        #expect(answers.after == (excess > 0 ? nil : answers.waiting))
    }
}
