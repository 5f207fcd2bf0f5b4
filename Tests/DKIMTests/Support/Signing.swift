import Bytes
import DKIM
import Files
import Resolver

/// A signer, its key in a zone, and a verifier of its own.
struct Signing {
    /// The Ed25519 key of RFC 8463, appendix A.1.
    static let ed25519 = """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----
        """
    static let now = Timestamp(seconds: 1_700_000_000)
    static let threads = BlockingThreads(count: 1)

    static let mail = """
        From: Joe SixPack <joe@football.example.com>
        To: Suzie Q <suzie@shopping.example.net>
        Subject: Is dinner ready?
        Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
        Message-ID: <20030712040037.46341.5F8J@football.example.com>

        Hi.

        We lost the game.  Are you hungry yet?

        Joe.

        """

    let key: SigningKey
    var signer: DKIMSigner
    var zone = DNSZone()

    init(pem: String = ed25519, domain: String = "example.com") throws {
        key = try SigningKey(pem: pem)
        signer = DKIMSigner(domain: domain, selector: "s1", key: key, threads: Self.threads)
        zone.add(.text(key.record), at: "s1._domainkey.\(domain)")
    }

    /// The text with a signature before it, as sent.
    func signed(_ text: String = mail) async throws -> String {
        let content = DKIMSamples.onWire(text)
        let field = try await signer.field(for: content, below: [], at: Self.now)
        return field + String(decoding: content.array, as: UTF8.self)
    }

    func verify(_ text: String, at now: Timestamp = now) async throws -> [SignatureOutcome] {
        try await verify(Octets(Array(text.utf8)), at: now)
    }

    func verify(_ content: Octets, at now: Timestamp = now) async throws -> [SignatureOutcome] {
        let verifier = DKIMVerifier(keys: KeyStore(resolver: ZoneResolver(zone)), threads: Self.threads)
        return try await verifier.verify(content, at: now)
    }

    /// A field of any tags that is rightly signed by the key.
    func field(_ tags: [(name: String, value: String)], over text: String = mail) async throws -> String {
        let header = HeaderFields(of: DKIMSamples.onWire(text))
        let list = tags.first { $0.name == "h" }?.value.lowercased().filter { $0 != " " } ?? ""
        let names = list.split(separator: ":").map(String.init)
        var octets: [UInt8] = []
        for field in header.selected(by: FieldNames(names)) {
            Canonicalization.relaxed.append(header.bytes(field), to: &octets)
        }
        return try await DKIMSigner.complete(
            SignatureDraft("DKIM-Signature", tags), over: octets, .relaxed, key, Self.threads)
    }

    /// The tags of a good signature of ``mail``, in which tests change some.
    func tags(bodyLength: Int64? = nil, changing changes: [String: String?] = [:]) -> [(name: String, value: String)] {
        let content = DKIMSamples.onWire(Self.mail)
        let request = BodyHashRequest(.relaxed, length: bodyLength)
        var hashing = BodyHashing(content, from: HeaderFields(of: content).bodyStart, requests: [request])
        hashing.advance()
        let hash = Base64.encode(hashing.finish()[request]?.digest ?? [])
        let usual: [(name: String, value: String)] = [
            ("v", "1"), ("a", key.algorithm.rawValue), ("c", "relaxed/relaxed"), ("d", "example.com"), ("s", "s1"),
            ("h", "from:to:subject"), ("bh", hash),
        ]
        var tags = usual.compactMap { tag -> (name: String, value: String)? in
            guard let change = changes[tag.name] else { return tag }
            return change.map { (tag.name, $0) }
        }
        let known = Set(usual.map(\.name))
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) where !known.contains(name) {
            if let value { tags.append((name, value)) }
        }
        return tags + [("b", "")]
    }
}
