import Foundation
import Resolver
import SPF
import Yams

/// One scenario of a suite file: zone data and the cases that are run against it.
struct SPFScenario: Sendable {
    let title: String
    /// The zone's records by name, in the file's order.
    let records: [(name: String, record: DNSRecord)]
    let zone: DNSZone
    let cases: [SPFCase]
}

/// One check and the results that are right.
struct SPFCase: Sendable {
    let name: String
    let request: SPFRequest
    let results: Set<String>
    /// The explanation that a `fail` must have; `DEFAULT` means none from the domain.
    let explanation: String?
}

/// Reads suite files in the form of the openspf.org test suite.
enum SPFSuite {
    static var folder: URL {
        if let path = ProcessInfo.processInfo.environment["SLUICE_SUITES"] { return URL(fileURLWithPath: path) }
        return packageRoot.appendingPathComponent("../shared/suites")
    }

    static var packageRoot: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
    }

    static var published: URL { folder.appendingPathComponent("spf/rfc7208-tests.yml") }
    static var ours: URL { packageRoot.appendingPathComponent("Tests/SPFTests/Fixtures/policies.yml") }
    static var isPublishedAvailable: Bool { FileManager.default.fileExists(atPath: published.path) }

    static func scenarios(_ file: URL) throws -> [SPFScenario] {
        let text = try String(contentsOf: file, encoding: .utf8)
        return try compose_all(yaml: text).map { document in
            var zone = DNSZone()
            let records = read(document["zonedata"], into: &zone)
            return SPFScenario(
                title: document["description"]?.string ?? "", records: records, zone: zone,
                cases: (document["tests"]?.mapping ?? [:]).map { SPFSuite.test($0.key.string ?? "", $0.value) })
        }
    }

    private static func test(_ name: String, _ node: Node) -> SPFCase {
        func field(_ key: String) -> String { node[key]?.scalar?.string ?? "" }
        let results = node["result"]?.sequence?.compactMap(\.string) ?? [field("result")]
        return SPFCase(
            name: name,
            request: SPFRequest(
                clientAddress: field("host"), helo: field("helo"), reversePath: field("mailfrom"),
                receiver: "receiver.example.net"),
            results: Set(results), explanation: node["explanation"]?.scalar?.string)
    }

    private static func read(_ node: Node?, into zone: inout DNSZone) -> [(name: String, record: DNSRecord)] {
        var records: [(name: String, record: DNSRecord)] = []
        for (key, value) in node?.mapping ?? [:] {
            let name = key.scalar?.string ?? ""
            zone.addName(name)
            let entries = value.sequence.map(Array.init) ?? []
            let hasText = entries.contains { $0.mapping?["TXT"] != nil }
            for entry in entries {
                if entry.scalar?.string == "TIMEOUT" { zone.silence(name) }
                guard let (type, data) = entry.mapping?.first else { continue }
                // A driver copies records of the withdrawn type SPF to TXT where the name has no TXT of its own.
                if type.string == "SPF", hasText { continue }
                guard let record = record(type.string ?? "", data) else { continue }
                zone.add(record, at: name)
                records.append((name, record))
            }
        }
        return records
    }

    private static func record(_ type: String, _ data: Node) -> DNSRecord? {
        let text = data.scalar?.string ?? ""
        switch type {
        case "TXT", "SPF":
            if text == "NONE" { return nil }
            let strings = data.sequence?.map { octets($0.scalar?.string ?? "") } ?? [octets(text)]
            return .txt(strings)
        case "A", "AAAA": return IPAddress(text).map { .address($0) }
        case "PTR": return .ptr(text)
        case "CNAME": return .cname(text)
        case "MX":
            let parts = data.sequence?.compactMap(\.scalar?.string) ?? []
            return .mx(preference: parts.first.flatMap { UInt16($0) } ?? 0, exchange: parts.last ?? "")
        default: return nil
        }
    }

    /// The suite writes octets as characters up to U+00FF.
    private static func octets(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }
}
