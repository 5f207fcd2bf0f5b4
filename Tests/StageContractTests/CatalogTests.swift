import Foundation
import PipelineFiles
import StageKit
import StageTesting
import Testing

@testable import sluice

/// Every linked stage keeps the contract; a new one is covered by standing in the catalogue.
@Suite struct CatalogTests {
    @Test(arguments: StageCatalog.linked.components.map { $0.manifest.name.description })
    func `a linked stage keeps the contract`(name: String) async throws {
        let component = try #require(StageCatalog.linked[name])
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        var site = Samples.site(dataDirectory: directory.path)
        site.resolverServers = ["127.0.0.1:9"]  // nobody answers there, at once
        let violations = await violations(of: component, services: Samples.services(site))
        #expect(violations == [])
    }

    @Test func `the catalogue has every stage of the default pipeline`() {
        let names = Set(StageCatalog.linked.components.map { $0.manifest.name.description })
        let wanted: Set = [
            "smtp", "check-spf", "check-recipient", "parse-mime", "score-spam", "store-attachments", "store-metadata",
            "index", "notify",
        ]
        #expect(wanted.subtracting(names) == [])
    }

    /// Settings for stages whose placeholders would open something that may be taken.
    private static let settings: [String: SettingNode] = [
        "smtp": map([("listen", SettingNode(.list([scalar("127.0.0.1:0")]), at: place))]),
        "sign-dkim": signing, "seal-arc": signing,
    ]
    private static let signing = map([
        ("domain", scalar("football.example.com")), ("selector", scalar("brisbane")),
        ("key", scalar(key)),
    ])
    private static let key: String = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../DKIMTests/Fixtures/rsa-pkcs8.pem")
        do {
            return try String(contentsOf: file, encoding: .utf8)
        } catch {
            fatalError("\(error)")
        }
    }()
    private static let place = SourceLocation(file: "test.yaml", line: 1, column: 1)

    private static func map(_ entries: [(String, SettingNode)]) -> SettingNode {
        SettingNode(.map(entries.map { .init(key: $0.0, location: place, value: $0.1) }), at: place)
    }

    private static func scalar(_ text: String) -> SettingNode {
        SettingNode(.scalar(text, isQuoted: true), at: place)
    }

    private func violations(of component: any Component.Type, services: StageServices) async -> [String] {
        func open<Opened: Component>(_ type: Opened.Type) async -> [String] {
            await ContractKit.violations(
                of: type, services: services, settings: Self.settings[type.manifest.name.description])
        }
        return await open(component)
    }
}

/// A directory of the test's own.
struct TemporaryDirectory {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path() + "/sluice-contract-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    func remove() {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Issue.record("\(path) cannot be removed: \(error)")
        }
    }
}
