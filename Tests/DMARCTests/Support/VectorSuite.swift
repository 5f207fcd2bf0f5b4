import Foundation

/// One published case: calls, and what their results must be.
struct VectorCase {
    let name: String
    let calls: [[String: Any]]
    let asserts: [[String: Any]]
}

/// Reads the published DMARC vectors.
enum VectorSuite {
    static var file: URL {
        let folder =
            ProcessInfo.processInfo.environment["SLUICE_SUITES"].map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("../shared/suites")
        return folder.appendingPathComponent("dmarc/dmarc-vectors.json")
    }

    static var isAvailable: Bool { FileManager.default.fileExists(atPath: file.path) }

    static func cases() throws -> [VectorCase] {
        let value = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        return (value as? [[String: Any]] ?? []).map { entry in
            VectorCase(
                name: entry["name"] as? String ?? "", calls: entry["calls"] as? [[String: Any]] ?? [],
                asserts: entry["asserts"] as? [[String: Any]] ?? [])
        }
    }
}
