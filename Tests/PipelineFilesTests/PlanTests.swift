import Addressing
import Files
import Foundation
import SMTP
import StageKit
import Testing

@testable import PipelineFiles

struct PlanTests {
    private func whole() throws -> MemoryDirectory {
        let file = GoldenTests.directory.appending(path: "no-findings.yaml")
        return MemoryDirectory(["inbound.yaml": try String(contentsOf: file, encoding: .utf8)])
    }

    private func inbound() throws -> PipelinePlan {
        try #require(try whole().check().plan?.pipelines.first)
    }

    @Test func `the plan has the steps of the file, with their ids and the manifest's defaults`() throws {
        let plan = try inbound()
        let session = SessionPhase.allCases.flatMap { plan.session[$0] ?? [] }
        #expect(
            session.map(\.id) == [
                "session.mail.check-spf", "session.recipient.check-recipient", "session.message.parse-mime",
                "session.message.score-spam", "session.message.decide",
            ])
        #expect(plan.deliver.map(\.id) == ["deliver.store-metadata", "deliver.index", "deliver.notify"])
        #expect(session.first?.timeout == .seconds(10))
        #expect(plan.deliver.map(\.timeout) == [.seconds(20), .seconds(30), .seconds(30)])
        #expect(plan.deliver.map(\.concurrency) == [2, 1, 1])
        #expect(plan.deliver.map(\.isRequired) == [true, true, false])
        #expect(plan.receivers.first?.component.listeners == [ListenerAddress(host: "127.0.0.1", port: 2525)])
        #expect(plan.receivers.first?.location == SourceLocation(file: "inbound.yaml", line: 4, column: 3))
        #expect(plan.sourceFile == "inbound.yaml" && plan.name == "inbound")
    }

    @Test func `a decide has its branches with replies, facts and conditions`() throws {
        let step = try #require(try inbound().session[.message]?.last)
        guard case .decide(let branches) = step.kind else {
            Issue.record("the last step is no decide")
            return
        }
        #expect(
            branches.map(\.action) == [
                .reject(Reply(550, EnhancedStatusCode(5, 7, 1), "Message refused")), .proceed, .proceed,
            ])
        #expect(branches.map(\.set) == [[], [Branch.Assignment(name: "junk", value: .bool(true))], []])
        #expect(branches.map(\.when?.source) == ["spam.score >= 15", "spam.score >= 6", nil])
        let facts = Facts(values: ["spam.score": .double(7)])
        #expect(try branches.map { try $0.when?.evaluate(facts) } == [false, true, nil])
    }

    @Test func `the durable line, the errors and the tests are as the file says`() throws {
        let plan = try inbound()
        #expect(plan.accept.whenFull == Reply(452, EnhancedStatusCode(4, 3, 1), "Try again later"))
        #expect(plan.onError == .standard)
        let test = try #require(plan.tests.first)
        #expect(test.name == "obvious spam is refused in the dialogue" && test.message == "fixtures/gtube.eml")
        #expect(test.reply == 550 && test.queued == 0 && test.recipients == nil)
    }

    @Test func `what a step does not say about errors is as the pipeline says`() throws {
        let file = """
            sluice: 1
            pipeline: inbound
            receive: { smtp: { listen: ["127.0.0.1:0"] } }
            accept: { queue: {} }
            deliver:
              - store-metadata: { mailbox: A, on-error: { transient: { retry: { first: 5s } } } }
            on-error:
              transient: { retry: { max: 2h }, then: { discard: 'too late' } }
            """
        let plan = try #require(MemoryDirectory(["inbound.yaml": file]).check().plan?.pipelines.first)
        let policy = try #require(plan.deliver.first?.onError)
        #expect(policy.retry.first == .seconds(5) && policy.retry.max == .seconds(7_200))
        #expect(policy.afterRetries == .discard(reason: "too late") && policy.permanent == .quarantine)
        #expect(plan.accept.whenFull == Reply(.insufficientStorage, "Insufficient system storage"))
    }

    @Test func `the digest changes with the file and with the site, and with nothing else`() throws {
        let directory = try whole()
        let digest = try #require(directory.check().plan?.pipelines.first?.digest)
        #expect(digest == directory.check(environment: [:]).plan?.pipelines.first?.digest)
        var changed = directory
        guard case .bytes(let bytes) = directory.files["inbound.yaml"] else { return }
        changed.files["inbound.yaml"] = .bytes(bytes + Array("# more\n".utf8))
        #expect(digest != changed.check().plan?.pipelines.first?.digest)
        changed = directory
        changed.files["site.yaml"] = .bytes(Array(MemoryDirectory.site.replacing("mail.", with: "post.").utf8))
        #expect(digest != changed.check().plan?.pipelines.first?.digest)
    }

    @Test func `a component is not made while its settings have problems`() {
        let file = """
            sluice: 1
            pipeline: inbound
            receive: { smtp: { listen: ["127.0.0.1:0"] } }
            session:
              message: [ parse-mime, score-spam: { patience: 7 } ]
            accept: { queue: {} }
            deliver: [ store-metadata: { mailbox: A } ]
            """
        // The stage itself would record an issue if it were made.
        #expect(MemoryDirectory(["inbound.yaml": file]).check().findings.map(\.code) == [.wrongUnit])
    }

    @Test func `a warning does not keep the plan, an error does`() throws {
        var directory = try whole()
        directory.files["old.yml"] = .bytes([])
        let warned = directory.check()
        #expect(warned.plan != nil && warned.findings.map(\.severity) == [.warning])
        directory.files["broken.yaml"] = .bytes(Array("sluice: 1\n".utf8))
        #expect(directory.check().plan == nil)
    }

    @Test func `the site has what its file says, relative to the directory`() throws {
        let site = """
            sluice: 1
            host-name: mx.example.org
            local-domains: [Example.ORG, bücher.example]
            postmaster: Anna@Bücher.Example
            data-directory: state
            resolver: { servers: ["127.0.0.1:5353"], timeout: 2s }
            control: { listen: "[::1]:8025" }
            """
        var directory = try whole()
        directory.files["etc/site.yaml"] = .bytes(Array(site.utf8))
        directory.files["etc/inbound.yaml"] = directory.files["inbound.yaml"]
        let files = directory.reader
        let reader = FileReader(list: { _ in ["site.yaml", "inbound.yaml"] }, read: files.read)
        let checked = PipelineCheck(
            catalog: Samples.catalog, environment: [:], reader: reader, services: Samples.services
        ).check("etc")
        let plan = try #require(checked.plan)
        var expected = Site(
            hostName: "mx.example.org", localDomains: ["example.org", "bücher.example"],
            dataDirectory: "etc/state", resolverServers: ["127.0.0.1:5353"], resolverTimeout: .seconds(2),
            controlListener: ListenerAddress(host: "::1", port: 8025))
        expected.postmaster = EmailAddress(localPart: "Anna", domain: "bücher.example")
        #expect(plan.site == expected)
        #expect(plan.sourceFile == "etc/site.yaml" && plan.pipelines.map(\.sourceFile) == ["etc/inbound.yaml"])
    }

    @Test(arguments: [(0o600, false), (0o400, false), (0o604, true), (0o644, true), (0o640, getuid() != 0)])
    func `a file is exposed if others may read it, or the group and it is not root's`(
        _ mode: Int, _ isExposed: Bool
    ) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "key-\(UUID().uuidString)").path
        #expect(FileManager.default.createFile(atPath: file, contents: nil, attributes: [.posixPermissions: mode]))
        defer {
            #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: file) }
        }
        #expect(try FileReader(LocalFileSystem()).isExposed(file) == isExposed)
        #expect(throws: FileError.self) { try FileReader(LocalFileSystem()).isExposed(file + "-none") }
    }

    @Test func `the files of a disk are read`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "check-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer {
            #expect(throws: Never.self) { try FileManager.default.removeItem(at: directory) }
        }
        for (name, content) in try whole().files {
            guard case .bytes(let bytes) = content else { continue }
            try Data(bytes).write(to: directory.appending(path: name))
        }
        try FileManager.default.createDirectory(
            at: directory.appending(path: "folder.yaml"), withIntermediateDirectories: true)
        let check = PipelineCheck(
            catalog: Samples.catalog, environment: [:], reader: FileReader(LocalFileSystem()),
            services: Samples.services)
        #expect(check.check(directory.path).findings.map(\.code) == [.unreadableFile])
        try FileManager.default.removeItem(at: directory.appending(path: "folder.yaml"))
        #expect(check.check(directory.path).plan?.pipelines.count == 1)
        #expect(check.check(directory.path + "/nowhere").findings.map(\.code) == [.unreadableFile])
    }
}
