import Bytes
import DKIM
import Foundation
import Testing

/// What our signatures cover and how they are written.
@Suite struct SigningTests {
    static func pem(_ name: String) throws -> String {
        try String(contentsOf: DKIMSamples.ours.appendingPathComponent(name), encoding: .utf8)
    }

    @Test(arguments: ["rsa-pkcs1.pem", "rsa-pkcs8.pem", "ed25519.pem"], Canonicalization.allCases)
    func `a signature of ours verifies with every kind of key and form`(_ key: String, _ form: Canonicalization)
        async throws
    {
        var signing = try Signing(pem: Self.pem(key))
        signing.signer.headerForm = form
        signing.signer.bodyForm = form
        let content = try await signing.signed()
        let outcomes = try await signing.verify(content)
        #expect(outcomes.map(\.result) == [.pass], "\(outcomes)")
        #expect(content.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
    }

    @Test(arguments: [
        ("Subject: Is dinner", "Subject: Was dinner"), ("Joe SixPack", "Joe Sixpack"), ("lost", "won"),
        ("From:", "From: Eve <eve@example.net>\r\nFrom:"), ("\r\nSubject:", "\r\nSubject: You won\r\nSubject:"),
        ("From:", "Cc: eve@example.net\r\nFrom:"), ("From:", "Content-Type: text/html\r\nFrom:"),
    ])
    func `a message that was changed fails`(_ old: String, _ new: String) async throws {
        let signing = try Signing()
        let content = try await signing.signed()
        let start = try #require(content.range(of: "\r\nFrom:")).lowerBound
        let changed = content[..<start] + content[start...].replacing(old, with: new, maxReplacements: 1)
        #expect(changed != content)
        #expect(try await signing.verify(String(changed)).map(\.result) == [.fail])
    }

    @Test func `fields that nobody signed may come and go, and white space may change`() async throws {
        let signing = try Signing()
        let content = try await signing.signed()
        let changed = content.replacing("Subject: Is", with: "SUBJECT:   Is\r\n  ").replacing(
            "game.  Are", with: "game. Are  ")
        let outcomes = try await signing.verify("Received: by mx\r\nX-New: y\r\n" + changed + "\r\n\r\n")
        #expect(outcomes.map(\.result) == [.pass], "\(outcomes)")
    }

    @Test func `fields put before the message are signed with it`() async throws {
        let signing = try Signing()
        let content = DKIMSamples.onWire("From: a@example.com\n\nx\n")
        let added = "To: b@example.com\r\n"
        let field = try await signing.signer.field(for: content, below: [added], at: Signing.now)
        let whole = added + String(decoding: content.array, as: UTF8.self)
        #expect(try await signing.verify(field + whole).map(\.result) == [.pass])
        #expect(try await signing.verify(field + whole.dropFirst(added.count)).map(\.result) == [.fail])
    }

    @Test func `a signature may expire`() async throws {
        var signing = try Signing()
        signing.signer.lifetime = .seconds(60)
        let content = try await signing.signed()
        #expect(try await signing.verify(content, at: Signing.now + .seconds(59)).map(\.result) == [.pass])
        #expect(try await signing.verify(content, at: Signing.now + .seconds(60)).map(\.result) == [.policy])
    }

    @Test func `a message without an author is not signed`() async throws {
        await #expect(throws: Rejection.self) { try await Signing().signed("Subject: x\n\nx\n") }
    }

    @Test(arguments: [
        ("", "must be a private key in PEM"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "must be an RSA key"),
    ])
    func `what is no key is told without showing it`(_ pem: String, _ expected: String) {
        let error = #expect(throws: SigningKeyError.self) { try SigningKey(pem: pem) }
        #expect(error?.description.hasPrefix(expected) == true)
    }
}
