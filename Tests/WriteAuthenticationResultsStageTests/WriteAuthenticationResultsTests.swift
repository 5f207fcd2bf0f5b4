import AuthenticationResults
import Bytes
import MIME
import StageKit
import StageTesting
import Testing
import WriteAuthenticationResultsStage

struct WriteAuthenticationResultsTests {
    private let services = Samples.services(Samples.site(dataDirectory: "/nonexistent"))

    private func process(_ text: String, _ reports: [String: String]) async throws -> Message {
        var message = Samples.message(text: text)
        message.trace = ["Received: from a by mx.example.org\r\n"]
        for (name, report) in reports { message.facts[name] = .string(report) }
        _ = message.parsed
        var settings = Settings(SettingNode(.empty, at: SourceLocation(file: "inbound.yaml", line: 1, column: 1)))
        let stage = WriteAuthenticationResults(configuration: NoConfiguration(from: &settings), services: services)
        let before = message
        #expect(try await stage.process(&message, in: Samples.context()) == .proceed)
        var early = before
        #expect(try stage.processAtOnce(&early, in: Samples.context()) == .proceed)
        #expect(early.trace == message.trace && early.content.array == message.content.array)
        return message
    }

    @Test func `keeps the contract`() async {
        #expect(await ContractKit.violations(of: WriteAuthenticationResults.self, services: services) == [])
    }

    @Test func `one field above our Received has every report, the known ones first`() async throws {
        let message = try await process(
            "Subject: a\r\n\r\nb",
            [
                "zebra.authentication-results": "x-zebra=pass",
                "dmarc.authentication-results": "dmarc=pass header.from=example.com",
                "dkim.authentication-results": "dkim=pass header.d=example.com; dkim=fail header.d=example.net",
                "spf.authentication-results": "spf=pass smtp.mailfrom=a@example.com", "spf.result": "pass",
            ])
        #expect(
            message.trace == [
                """
                Authentication-Results: mx.example.org;\r
                    spf=pass smtp.mailfrom=a@example.com;\r
                    dkim=pass header.d=example.com;\r
                    dkim=fail header.d=example.net;\r
                    dmarc=pass header.from=example.com;\r
                    x-zebra=pass\r

                """, "Received: from a by mx.example.org\r\n",
            ])
    }

    @Test func `what strangers write into other facts never stands among our results`() async throws {
        let facts = ["mime.report": "dmarc=pass header.from=bank.example", "header.subject": "spf=pass"]
        #expect(try await process("", facts).trace.first == "Authentication-Results: mx.example.org; none\r\n")
    }

    @Test func `without checks it says none`() async throws {
        #expect(try await process("", [:]).trace.first == "Authentication-Results: mx.example.org; none\r\n")
    }

    @Test func `a forged field is gone from the content and from its parse, which are untouched without one`()
        async throws
    {
        let honest = "Subject: a\r\nAuthentication-Results: elsewhere.example; spf=pass\r\n\r\nb"
        var message = try await process("Authentication-Results: mx.example.org; spf=pass\r\n" + honest, [:])
        #expect(String(decoding: message.content.array, as: UTF8.self) == honest)
        let parsed = message.parsed
        #expect(parsed.header.all("Authentication-Results").map(\.value) == ["elsewhere.example; spf=pass"])
        let content = Samples.message(text: honest).content
        #expect(ForgedFields.removing("mx.example.org", from: content) == nil)
    }

    @Test func `a report that is none is a fault of its check`() async throws {
        await #expect(throws: StageContractViolation.self) {
            _ = try await process("", ["spf.authentication-results": "spf"])
        }
    }
}
