import Foundation
import Resolver
import Testing

@testable import DemoDNS

/// The resolver against knot, an authoritative server that others wrote.
@Suite struct KnotTests {
    private static let program = "/usr/sbin/knotd"
    private static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    private static let zone = """
        $ORIGIN sluice.example.
        @ 300 SOA ns hostmaster 1 3600 600 86400 60
        @ 300 NS ns
        ns 300 A 127.0.0.1
        host 300 A 192.0.2.1
        host 300 AAAA 2001:db8::1
        @ 300 MX 10 host
        alias 300 CNAME host
        1.2.0.192 300 PTR host
        _25._tcp.host 300 TLSA 3 1 1 0102ff
        empty.node.below 300 A 192.0.2.2

        """ + (0..<30).map { "big 300 TXT \"\($0) \(String(repeating: "x", count: 200))\"\n" }.joined()

    @Test(.enabled(if: isInstalled, "knotd is not installed"))
    func `the answers of knot are read, over UDP and TCP`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-knot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
        }
        let port = try freePort()
        let process = try start(in: folder, port: port)
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        var configuration = ResolverConfiguration(servers: [.init(.v4(0x7F00_0001), port: port)])
        configuration.attemptTimeout = .seconds(1)
        let resolver = try DNSResolver(configuration: configuration)
        try await waitForKnot(resolver)
        let expected: [(String, RecordType, DNSAnswer)] = [
            ("HOST.sluice.example", .aaaa, .records([.address(.v6(high: 0x2001_0DB8_0000_0000, low: 1))])),
            ("alias.sluice.example", .a, .records([.address(.v4(0xC000_0201))])),
            ("sluice.example", .mx, .records([.mx(preference: 10, exchange: "host.sluice.example")])),
            ("1.2.0.192.sluice.example", .ptr, .records([.ptr("host.sluice.example")])),
            (
                "_25._tcp.host.sluice.example", .tlsa,
                .records([.tlsa(usage: 3, selector: 1, matching: 1, data: [1, 2, 255])])
            ),
            ("below.sluice.example", .a, .noData), ("nobody.sluice.example", .a, .noSuchName),
            ("other.example", .a, .temporaryFailure(reason: "servers answered REFUSED")),
        ]
        for (name, type, answer) in expected {
            let found = await resolver.query(name, type)
            #expect(found == answer, "\(name)")
        }
        guard case .records(let texts) = await resolver.query("big.sluice.example", .txt) else {
            Issue.record("no records")
            return
        }
        #expect(texts.count == 30)
        resolver.close()
    }

    private func freePort() throws -> UInt16 {
        let probe = try LoopbackSockets(port: 0)
        probe.close()
        return probe.port
    }

    private func start(in folder: URL, port: UInt16) throws -> Process {
        try KnotTests.zone.write(to: folder.appendingPathComponent("zone"), atomically: true, encoding: .utf8)
        let configuration = """
            server:
                rundir: "\(folder.path)"
                listen: 127.0.0.1@\(port)
                udp-workers: 1
                tcp-workers: 1
                background-workers: 1
            database:
                storage: "\(folder.path)"
            zone:
              - domain: sluice.example
                file: "\(folder.path)/zone"

            """
        let file = folder.appendingPathComponent("knot.conf")
        try configuration.write(to: file, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: KnotTests.program)
        process.arguments = ["-c", file.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Asks until the server has loaded its zone.
    private func waitForKnot(_ resolver: DNSResolver) async throws {
        for _ in 0..<100 {
            if case .records = await resolver.query("host.sluice.example", .a) { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("knot did not start")
    }
}
