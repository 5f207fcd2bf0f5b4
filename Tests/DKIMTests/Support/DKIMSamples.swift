import Bytes
import Foundation
import Resolver

/// One signed message with the keys for it.
struct DKIMSample {
    let name: String
    let zone: DNSZone
    let content: Octets
}

/// Messages behind lines of `name record`, with an empty line between.
enum DKIMSamples {
    static var packageRoot: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
    }

    static var folder: URL {
        let suites = ProcessInfo.processInfo.environment["SLUICE_SUITES"].map { URL(fileURLWithPath: $0) }
        return (suites ?? packageRoot.appendingPathComponent("../shared/suites")).appendingPathComponent("dkim")
    }

    static var arePublishedAvailable: Bool { FileManager.default.fileExists(atPath: folder.path) }
    static var ours: URL { packageRoot.appendingPathComponent("Tests/DKIMTests/Fixtures") }

    static func all(in folder: URL) throws -> [DKIMSample] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".txt") }.sorted()
            .map { try sample($0, in: folder) }
    }

    static func sample(_ name: String, in folder: URL) throws -> DKIMSample {
        let octets = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
        var zone = DNSZone()
        var rest = octets[...]
        while let end = rest.firstIndex(of: 0x0A) {
            let line = rest[..<end]
            rest = rest[(end + 1)...]
            guard let space = line.firstIndex(of: 0x20) else { break }
            zone.add(
                .text(String(decoding: line[(space + 1)...], as: UTF8.self)),
                at: String(decoding: line[..<space], as: UTF8.self))
        }
        return DKIMSample(name: name, zone: zone, content: Octets(onWire(rest)))
    }

    /// The octets with CRLF at the ends of lines, as mail is sent.
    static func onWire(_ octets: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        for octet in octets {
            if octet == 0x0A, result.last != 0x0D { result.append(0x0D) }
            result.append(octet)
        }
        return result
    }

    static func onWire(_ text: String) -> Octets { Octets(onWire(Array(text.utf8))) }
}
