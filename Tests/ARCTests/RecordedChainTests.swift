import ARC
import Bytes
import DKIM
import Files
import Foundation
import Peers
import Resolver
import Testing

/// Chains of our own sealer, as they are recorded in `Fixtures`; `RECORD=1` writes them anew.
///
/// They stand where the published suite is missing. dkimpy judges them whenever it is installed.
@Suite struct RecordedChainTests {
    /// A chain: what each forwarder does before it seals, what is done behind them all, and what verifiers say.
    struct Chain: Sendable, CustomTestStringConvertible {
        let name: String
        var changes: [String?]
        var end: String?
        let status: ARCResult
        var oldestPass = 0
        var peer = "pass"

        var testDescription: String { name }
    }

    static let chains = [
        Chain(name: "one", changes: [nil], status: .pass),
        Chain(name: "three", changes: [nil, nil, nil], status: .pass),
        Chain(name: "changed-between", changes: [nil, "Hello, list", nil], status: .pass, oldestPass: 2),
        Chain(name: "changed-at-last", changes: [nil, nil], end: "Bye", status: .fail, peer: "fail"),
        Chain(
            name: "ended", changes: [nil, nil], end: nil, status: .fail,
            peer: "ARC-Seal[2] reported failure, the chain is terminated"),
    ]

    private static let folder = ARCSuite.packageRoot.appendingPathComponent("Tests/ARCTests/Fixtures")
    private static let mail = "From: a@example.com\r\nTo: b@example.org\r\nSubject: x\r\n\r\nHello\r\n"
    private static let now = Timestamp(seconds: 1_700_000_000)

    private let threads = BlockingThreads(count: 1)

    private func key() throws -> SigningKey {
        let path = ARCSuite.packageRoot.appendingPathComponent("Tests/DKIMTests/Fixtures/rsa-pkcs8.pem")
        return try SigningKey(pem: String(contentsOf: path, encoding: .utf8))
    }

    private func records() throws -> [String] {
        let record = try key().record
        return (1...3).map { "s._domainkey.hop\($0).example \(record)" }
    }

    /// What the sealer makes of the chain today; RSA signatures have one right value.
    private func sealed(_ chain: Chain) async throws -> String {
        var text = Self.mail
        for (index, change) in chain.changes.enumerated() {
            if let change { text = text.replacing("Hello", with: change) }
            let sealer = ARCSealer(
                domain: "hop\(index + 1).example", selector: "s", key: try key(), threads: threads)
            let isLast = index == chain.changes.count - 1
            let status: ARCResult = index == 0 ? .none : chain.name == "ended" && isLast ? .fail : .pass
            let fields = try await sealer.seal(
                Octets(Array(text.utf8)), below: [], host: "mx.hop\(index + 1).example",
                results: ["spf=pass smtp.mailfrom=example.com", "arc=\(status.rawValue)"], status: status, at: Self.now)
            text = fields.joined() + text
        }
        return chain.end.map { text.replacing("Hello", with: $0) } ?? text
    }

    private func recorded(_ chain: Chain) throws -> String {
        try String(contentsOf: Self.folder.appendingPathComponent("\(chain.name).eml"), encoding: .utf8)
    }

    @Test(arguments: chains)
    func `the sealer writes a chain as it is recorded`(_ chain: Chain) async throws {
        let text = try await sealed(chain)
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            let file = Self.folder.appendingPathComponent("\(chain.name).eml")
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(text == (try recorded(chain)))
    }

    @Test(arguments: chains)
    func `a recorded chain comes to its status`(_ chain: Chain) async throws {
        var zone = DNSZone()
        for record in try records() {
            let parts = record.split(separator: " ", maxSplits: 1).map(String.init)
            zone.add(.text(parts[1]), at: parts[0])
        }
        let verifier = DKIMVerifier(keys: KeyStore(resolver: ZoneResolver(zone)), threads: threads)
        let outcome = try await ARCValidator(verifier).validate(Octets(Array(recorded(chain).utf8)), at: Self.now)
        #expect(outcome.result == chain.status, "\(outcome.reason)")
        #expect(outcome.instances == chain.changes.count && outcome.oldestPass == chain.oldestPass)
        #expect(outcome.sealers.count == (chain.status == .pass ? chain.changes.count : 0))
    }

    @Test(.enabled(if: Peer.hasDkimpy, "python3-dkim and python3-nacl are not installed"))
    func `dkimpy comes to the same status for the recorded chains`() throws {
        let mails = try Self.chains.map(recorded)
        #expect(try Peer.dkimpy(.arc, mails, records: records()) == Self.chains.map(\.peer))
    }
}
