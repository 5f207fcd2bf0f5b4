import Testing

/// Each rule, broken in a small tree, is reported; what is allowed is not.
@Suite struct ImportRulesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var path: String
        var text: String
        /// A part of the one problem expected, or nil if all is well.
        var problem: String?

        init(_ path: String, _ text: String, _ problem: String? = nil) {
            self.path = path
            self.text = text
            self.problem = problem
        }

        var testDescription: String { "\(path): \(text)" }
    }

    @Test(arguments: [
        Case("Sources/StageKit/A.swift", "public import Bytes"),
        Case("Sources/StageKit/A.swift", "import Engine", "of level 3 from level 2"),
        Case("Sources/Bytes/A.swift", "import CBytes"),
        Case("Sources/Bytes/A.swift", "import Addressing", "of its own level 0"),
        Case("Sources/Engine/A.swift", "package import PipelineFiles"),
        Case("Sources/Engine/A.swift", "import MailStore", "of its own level 3"),
        Case("Sources/Engine/A.swift", "import SMTPServer", "of level 4 from level 3"),
        Case("Sources/MailStore/A.swift", "import struct SearchIndex.Query", "of its own level 3"),
        Case("Sources/SMTP/A.swift", "import sluice", "of level 5 from level 1"),
        Case("Sources/spf-worker/A.swift", "import CSPF2"),
    ])
    func `modules import lower levels, and their own only where listed`(_ example: Case) {
        expect(example)
    }

    @Test(arguments: [
        Case("Plugins/CheckSPF/A.swift", "package import StageKit"),
        Case("Plugins/CheckSPF/A.swift", "import SPF"),
        Case("Plugins/CheckSPF/A.swift", "import Engine", "never what runs it"),
        Case("Plugins/CheckSPF/A.swift", "import NotifyStage", "imports the plugin Notify"),
        Case("Plugins/CheckSPF/A.swift", "@testable import Notify", "imports the plugin Notify"),
        Case("Plugins/CheckSPF/A.swift", "import SMTPServer", "of level 4"),
        Case("Plugins/CheckSPF/A.swift", "import sluice", "of level 5"),
        Case("Plugins/ReceiveSMTP/A.swift", "import SMTPServer"),
        Case("Plugins/ReceiveSMTP/A.swift", "import ControlServer", "of level 4"),
        Case("Sources/sluice/A.swift", "import NotifyStage"),
        Case("Sources/Engine/A.swift", "import NotifyStage", "only the command links plugins"),
    ])
    func `plugins see the contract and libraries, never the engine, the network or each other`(_ example: Case) {
        expect(example)
    }

    @Test(arguments: [
        Case("Sources/PipelineFiles/A.swift", "import Yams"),
        Case("Sources/Engine/A.swift", "import Yams", "which only PipelineFiles may"),
        Case("Sources/MailStore/A.swift", "package import GRDB"),
        Case("Plugins/StoreMetadata/A.swift", "import GRDB", "which only MailStore may"),
        Case("Sources/SMTPServer/A.swift", "import NIOCore"),
        Case("Plugins/ReceiveSMTP/A.swift", "import NIOPosix"),
        Case("Sources/SMTP/A.swift", "import NIOCore", "adapters of level 4"),
        Case("Sources/sluice/A.swift", "import NIO", "adapters of level 4"),
        Case("Plugins/Notify/A.swift", "import NIOHTTP1", "adapters of level 4"),
        Case("Sources/StageKit/A.swift", "import Foundation", "ModuleLevels.foundation"),
        Case("Plugins/Notify/A.swift", "import FoundationEssentials", "ModuleLevels.foundation"),
        Case("Sources/StageKit/A.swift", "import Logging"),
        Case("Sources/StageKit/A.swift", "import Glibc"),
        Case("Sources/StageKit/A.swift", "import Alamofire", "is not known"),
    ])
    func `packages from elsewhere stay where they belong`(_ example: Case) {
        expect(example)
    }

    @Test(arguments: [
        Case("Sources/DurableQueue/A.swift", "@_spi(DurableQueue) import StageKit"),
        Case("Sources/Engine/A.swift", "@_spi(DurableQueue) import StageKit", "only DurableQueue may make receipts"),
        Case("Sources/StageKit/DurableReceipt.swift", "@_spi(DurableQueue) public init() {}"),
        Case("Sources/StageKit/A.swift", "@_spi(DurableQueue) public init() {}", "only DurableQueue"),
        Case("Plugins/Notify/A.swift", "@_spi( DurableQueue ) package import StageKit", "only DurableQueue"),
        Case("Plugins/DurableQueue/A.swift", "@_spi(DurableQueue) import StageKit", "only DurableQueue"),
    ])
    func `only the queue can make receipts`(_ example: Case) {
        expect(example)
    }

    @Test func `a new folder under Sources must be given a level`() {
        let findings = ImportRules(SourceTree(["Sources/Novelty/A.swift": "import Bytes\n"])).findings()
        #expect(findings.count == 1)
        #expect(findings.first?.description.contains("Sources/Novelty: is not known; give it a level") == true)
    }

    @Test func `a finding names file and line`() {
        let tree = SourceTree(["Sources/Bytes/A.swift": "// A file.\n\nimport Glibc\nimport Yams\n"])
        #expect(ImportRules(tree).findings().map(\.line) == [4])
        #expect(
            ImportRules(tree).findings().first?.description.hasPrefix("Sources/Bytes/A.swift:4: imports Yams") == true)
    }

    private func expect(_ example: Case, sourceLocation: SourceLocation = #_sourceLocation) {
        // Two more plugins, so that imports of them are known.
        var files = ["Plugins/Notify/N.swift": "", "Plugins/CheckSPF/C.swift": ""]
        files[example.path] = example.text
        let problems = ImportRules(SourceTree(files)).findings().map(\.problem)
        if let problem = example.problem {
            #expect(problems.count == 1, sourceLocation: sourceLocation)
            #expect(problems.first?.contains(problem) == true, "\(problems)", sourceLocation: sourceLocation)
        } else {
            #expect(problems == [], sourceLocation: sourceLocation)
        }
    }
}
