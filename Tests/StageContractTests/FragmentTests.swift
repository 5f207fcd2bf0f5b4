import Foundation
import PipelineFiles
import StageKit
import StageTesting
import Testing

@testable import sluice

/// The pieces under `pipelines/fragments` fit a pipeline as they stand.
@Suite struct FragmentTests {
    private static let pipelines = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("pipelines")

    static func text(_ name: String) throws -> String {
        try String(contentsOf: pipelines.appendingPathComponent(name), encoding: .utf8)
    }

    /// What the check says of a pipeline of the linked stages.
    static func findings(_ pipeline: String) throws -> [String] {
        let files = ["inbound.yaml": pipeline, "site.yaml": try text("site.yaml")]
        let reader = FileReader(list: { _ in files.keys.sorted() }, read: { Array((files[$0] ?? "").utf8) })
        let check = PipelineCheck(
            catalog: .linked, environment: [:], reader: reader, services: { Samples.services($0) })
        return check.check("").findings.map(\.description)
    }

    @Test(arguments: [true, false])
    func `the piece about DMARC fits a pipeline that checks SPF`(checksSPF: Bool) throws {
        let piece = try Self.text("fragments/dmarc.yaml").split(separator: "\n").map { "    \($0)\n" }.joined()
        let found = try Self.findings(
            """
            sluice: 1
            pipeline: inbound
            receive: { smtp: { listen: ["127.0.0.1:2525"] } }
            session:
              mail: [ \(checksSPF ? "check-spf" : "") ]
              message:
            \(piece)
            accept: { queue: {} }
            deliver: [ store-attachments, store-metadata, index ]
            """)
        if checksSPF {
            #expect(found == [])
        } else {
            #expect(found.count == 1 && found.allSatisfy { $0.contains("check-dmarc reads spf.") }, "\(found)")
        }
    }

    @Test func `the default pipeline has the steps of the piece`() throws {
        let lines = try Self.text("inbound.yaml").split(separator: "\n")
        let pipeline = lines.map { $0.trimmingCharacters(in: .whitespaces) }
        let steps = try Self.text("fragments/dmarc.yaml").split(separator: "\n").map { line in
            line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
        }
        for step in steps where !step.isEmpty { #expect(pipeline.contains { $0.hasPrefix(step) }, "\(step)") }
    }
}
