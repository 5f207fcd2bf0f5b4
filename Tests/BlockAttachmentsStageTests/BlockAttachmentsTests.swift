import BlockAttachmentsStage
import SMTP
import StageKit
import StageTesting
import Testing

struct BlockAttachmentsTests {
    @Test func `keeps the contract`() async {
        let services = Samples.services(Samples.site(dataDirectory: "/nonexistent"))
        #expect(await ContractKit.violations(of: BlockAttachments.self, services: services) == [])
    }

    @Test(arguments: [
        ("run.exe", true), ("RUN.EXE", true), ("run.exe. .", true), ("invoice.pdf.exe", true), (".exe", true),
        ("run.exe.pdf", false), ("exe", false), ("run.", false), ("...", false), ("notes.txt", false),
    ])
    func `judges by what follows the last dot`(name: String, isRefused: Bool) async throws {
        var message = Samples.message(text: mail(attachment: name))
        let verdict = try stage(["exe", "Js"]).process(&message, in: Samples.context())
        let refusal = Verdict.reject(
            Reply(.policyViolation, "This server does not accept files of that type"), reason: "a file is named \(name)"
        )
        #expect(verdict == (isRefused ? refusal : .proceed))
    }

    @Test func `finds a file within a forwarded message`() async throws {
        let inner = mail(attachment: "run.js")
        var message = Samples.message(text: "Content-Type: message/rfc822\r\n\r\n\(inner)")
        let verdict = try stage(["js"]).process(&message, in: Samples.context())
        #expect(verdict != .proceed)
    }

    @Test func `says what is wrong with its settings, and where`() throws {
        let error = try #require(throws: ConfigurationError.self) { try stage([]) }
        #expect(error.setting == "extensions" && error.text.contains("is empty"))
        var settings = settings(["exe", ".js", "a.b"])
        _ = BlockAttachments.Configuration(from: &settings)
        let problems = settings.finish()
        #expect(problems.map(\.location.column) == [2, 3])
        #expect(problems.first?.text == "extensions has .js with a dot; write only what follows the last dot")
    }

    /// Settings whose extensions stand in columns 1, 2, and so on.
    private func settings(_ extensions: [String]) -> Settings {
        let places = (0...extensions.count).map { SourceLocation(file: "inbound.yaml", line: 1, column: $0 + 1) }
        let list = zip(extensions, places).map { SettingNode(.scalar($0, isQuoted: false), at: $1) }
        let node = SettingNode(.list(list), at: places[0])
        let entry = SettingNode.Entry(key: "extensions", location: places[0], value: node)
        return Settings(SettingNode(.map([entry]), at: places[0]))
    }

    private func stage(_ extensions: [String]) throws -> BlockAttachments {
        var settings = settings(extensions)
        let configuration = BlockAttachments.Configuration(from: &settings)
        #expect(settings.finish().isEmpty)
        return try BlockAttachments(
            configuration: configuration, services: Samples.services(Samples.site(dataDirectory: "/nonexistent")))
    }

    private func mail(attachment name: String) -> String {
        """
        Subject: a file\r
        MIME-Version: 1.0\r
        Content-Type: multipart/mixed; boundary=b\r
        \r
        --b\r
        Content-Type: text/plain\r
        \r
        here it is\r
        --b\r
        Content-Disposition: attachment; filename="\(name)"\r
        \r
        content\r
        --b--\r

        """
    }
}
