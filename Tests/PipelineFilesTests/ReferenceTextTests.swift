import Foundation
import PipelineFiles
import StageKit
import Testing

/// The generated texts, as they are recorded in `Golden/Generated`; `RECORD=1` writes them anew.
struct ReferenceTextTests {
    private func expect(_ text: String, recordedAs name: String) throws {
        let record = GoldenTests.directory.appending(path: "Generated/\(name)")
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try text.write(to: record, atomically: true, encoding: .utf8)
        }
        #expect(text == (try String(contentsOf: record, encoding: .utf8)))
    }

    @Test(arguments: ["smtp", "score-spam", "store-metadata", "look-up-client", "check-spf"])
    func `the reference of a stage says what the stage declares`(_ name: String) throws {
        let component = try #require(Samples.catalog[name])
        try expect(ReferenceText.text(for: component), recordedAs: "\(name).txt")
    }

    @Test func `the example of every stage is a step that the check takes`() throws {
        for name in Samples.catalog.stageNames {
            let component = try #require(Samples.catalog[name])
            let text = ReferenceText.text(for: component)
            let example = try #require(text.components(separatedBy: "Example:\n").last)
            let lines = example.split(separator: "\n").map { "  \($0)\n" }.joined()
            let isOfSession = component is any SessionStage.Type
            let file = """
                sluice: 1
                pipeline: inbound
                receive: { smtp: { listen: ["127.0.0.1:0"] } }
                session:
                  message:
                    - parse-mime: { as: early }
                \(isOfSession ? lines : "")
                accept: { queue: {} }
                deliver:
                    - parse-mime: { as: first }
                    - store-metadata: { as: last, mailbox: Inbox }
                \(isOfSession ? "" : lines)
                """
            let findings = MemoryDirectory(["inbound.yaml": file]).check(environment: ["NAME": "x"]).findings
            // Alone a check has nobody who writes its results.
            let others = findings.filter { $0.code != .resultsUnwritten }
            #expect(others.map(\.description) == [], "\(name)")
        }
    }

    @Test func `the schemas are made from the same declarations`() throws {
        try expect(PipelineSchema.pipeline(Samples.catalog), recordedAs: "pipeline.schema.json")
        try expect(PipelineSchema.site(), recordedAs: "site.schema.json")
        let schema = try JSONSerialization.jsonObject(with: Data(PipelineSchema.pipeline(Samples.catalog).utf8))
        let keys = ((schema as? [String: Any])?["properties"] as? [String: Any])?.keys.sorted()
        // The check names the same keys when it finds one that it does not know.
        let findings = MemoryDirectory(["inbound.yaml": "sluice: 1\nother: 1\n"]).check().findings
        let unknown = try #require(findings.first { $0.code == .unknownKey })
        #expect(unknown.text == "unknown setting other; known are \(try #require(keys).joined(separator: ", "))")
    }
}
