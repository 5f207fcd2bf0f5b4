import Bytes
import Foundation
import Resolver
import Yams

/// One case of the published suite for ARC.
struct ARCCase {
    let name: String
    let node: Node
    let scenario: Node
    let zone: DNSZone

    func field(_ key: String) -> String { node[key]?.scalar?.string ?? "" }

    /// The message with CRLF at the ends of lines.
    var content: Octets { Octets(ARCSuite.onWire(field("message"))) }
}

/// The published suite for ARC, in its two files.
enum ARCSuite {
    static var packageRoot: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
    }

    static var folder: URL {
        let suites = ProcessInfo.processInfo.environment["SLUICE_SUITES"].map { URL(fileURLWithPath: $0) }
        return (suites ?? packageRoot.appendingPathComponent("../shared/suites")).appendingPathComponent("arc")
    }

    static var isAvailable: Bool { FileManager.default.fileExists(atPath: folder.path) }
    static var validation: URL { folder.appendingPathComponent("arc-validation-tests.yml") }
    static var signing: URL { folder.appendingPathComponent("arc-draft-sign-tests.yml") }

    static func cases(_ file: URL) throws -> [ARCCase] {
        try compose_all(yaml: String(contentsOf: file, encoding: .utf8)).flatMap { scenario -> [ARCCase] in
            var zone = DNSZone()
            for (name, record) in scenario["txt-records"]?.mapping ?? [:] {
                zone.add(.text(record.scalar?.string ?? ""), at: name.scalar?.string ?? "")
            }
            return (scenario["tests"]?.mapping ?? [:]).map {
                ARCCase(name: $0.key.scalar?.string ?? "", node: $0.value, scenario: scenario, zone: zone)
            }
        }
    }

    static func onWire(_ text: String) -> [UInt8] {
        Array(text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\n", with: "\r\n").utf8)
    }
}
