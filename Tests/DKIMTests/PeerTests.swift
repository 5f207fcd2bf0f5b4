import Bytes
import DKIM
import Foundation
import Peers
import Testing

/// Our signatures read by the verifiers of others, and theirs by ours, with both kinds of key in every form.
@Suite struct PeerTests {
    private static let keys = ["rsa-pkcs8.pem", "ed25519.pem"]
    private static let forms = Canonicalization.allCases.flatMap { header in
        Canonicalization.allCases.map { (header: header, body: $0) }
    }

    /// The mail signed in every form, and the record of the key.
    private func signed(by key: String) async throws -> (mails: [String], record: String) {
        var signing = try Signing(pem: SigningTests.pem(key))
        var mails: [String] = []
        for form in Self.forms {
            signing.signer.headerForm = form.header
            signing.signer.bodyForm = form.body
            mails.append(try await signing.signed())
        }
        return (mails, "s1._domainkey.example.com \(signing.key.record)")
    }

    @Test(.enabled(if: Peer.hasOpenDKIM, "opendkim is not installed"), arguments: keys)
    func `OpenDKIM verifies our signatures, and none of a changed mail`(_ key: String) async throws {
        let (mails, record) = try await signed(by: key)
        try Peer.withFolder { folder in
            let records = folder.appendingPathComponent("records")
            try "\(record)\n".write(to: records, atomically: true, encoding: .utf8)
            let settings = ["Mode v", "TestDNSData file:\(records.path)"]
            for (mail, form) in zip(mails, Self.forms) {
                let said = try Peer.opendkim(mail, settings)
                #expect(said.contains("dkim=pass"), "\(form): \(said)")
                let changed = mail.replacing("lost", with: "won")
                #expect(try Peer.opendkim(changed, settings).contains("dkim=fail"), "\(form)")
            }
        }
    }

    @Test(.enabled(if: Peer.hasDkimpy, "python3-dkim and python3-nacl are not installed"), arguments: keys)
    func `dkimpy verifies our signatures, and none of a changed mail`(_ key: String) async throws {
        let (mails, record) = try await signed(by: key)
        #expect(try Peer.dkimpy(.dkim, mails, records: [record]) == mails.map { _ in "pass" })
        let changed = mails.map { $0.replacing("lost", with: "won") }
        #expect(try Peer.dkimpy(.dkim, changed, records: [record]) == mails.map { _ in "fail" })
    }

    @Test(.enabled(if: Peer.hasOpenDKIM, "opendkim is not installed"), arguments: keys)
    func `we verify what OpenDKIM signs`(_ key: String) async throws {
        let signing = try Signing(pem: SigningTests.pem(key))
        let mail = String(decoding: DKIMSamples.onWire(Signing.mail).array, as: UTF8.self)
        // Its Ed25519 signatures over a simple header are broken, as Differences.md says.
        for form in Self.forms where form.header == .relaxed || key != "ed25519.pem" {
            let said = try Peer.opendkim(
                mail,
                [
                    "Mode s", "Domain example.com", "Selector s1", "SubDomains yes", "InternalHosts 0.0.0.0/0",
                    "KeyFile \(DKIMSamples.ours.appendingPathComponent(key).path)",
                    "Canonicalization \(form.header)/\(form.body)",
                    "SignatureAlgorithm \(signing.key.algorithm.rawValue)",
                ])
            let field = try #require(said.firstMatch(of: /hname='DKIM-Signature' hvalue='([^']*)'/)?.1, "\(said)")
            let value = field.replacing("\r\n", with: "\n").replacing("\n", with: "\r\n")
            let now = Timestamp(seconds: Int64(Date().timeIntervalSince1970))
            let outcomes = try await signing.verify("DKIM-Signature: \(value)\r\n\(mail)", at: now)
            #expect(outcomes.map(\.result) == [.pass], "\(form): \(outcomes) \(field)")
        }
    }

    @Test func `mail that others have signed verifies, as it is recorded`() async throws {
        let folder = DKIMSamples.ours.appendingPathComponent("Signed")
        let samples = try DKIMSamples.all(in: folder)
        #expect(samples.count == 12)
        for sample in samples {
            var signing = try Signing()
            signing.zone = sample.zone
            let outcomes = try await signing.verify(sample.content, at: Timestamp(seconds: 1_800_000_000))
            #expect(outcomes.map(\.result) == [.pass], "\(sample.name): \(outcomes)")
            let changed = String(decoding: sample.content.array, as: UTF8.self).replacing("hungry", with: "thirsty")
            #expect(try await signing.verify(changed).map(\.result) == [.fail], "\(sample.name)")
        }
    }
}
