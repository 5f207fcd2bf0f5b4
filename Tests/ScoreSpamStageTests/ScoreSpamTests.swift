import Bytes
import ScoreSpamStage
import StageKit
import StageTesting
import Testing

struct ScoreSpamTests {
    private typealias Entry = SettingNode.Entry
    private static let place = SourceLocation(file: "x.yaml", line: 1, column: 1)

    private static func node(_ content: SettingNode.Content) -> SettingNode { SettingNode(content, at: place) }

    private static func scalar(_ text: String) -> SettingNode { node(.scalar(text, isQuoted: false)) }

    /// `[("name", "x"), ("contains", "a|b")]` as a rule; `contains` and `is` are lists.
    private static func rule(_ settings: KeyValuePairs<String, String>) -> SettingNode {
        node(
            .map(
                settings.map { key, value in
                    let isList = key == "contains" || key == "is"
                    return Entry(
                        key: key, location: place,
                        value: isList
                            ? node(.list(value.split(separator: "|").map { scalar(String($0)) })) : scalar(value))
                }))
    }

    private func settings(_ rules: [SettingNode]) -> Settings {
        Settings(
            Self.node(.map([Entry(key: "rules", location: Self.place, value: Self.node(.list(rules)))])))
    }

    private func stage(_ rules: [SettingNode]) throws -> ScoreSpam {
        var settings = settings(rules)
        let configuration = try ScoreSpam.Configuration(from: &settings)
        #expect(settings.finish().map(\.text) == [])
        return try ScoreSpam(
            configuration: configuration, services: Samples.services(Samples.site(dataDirectory: "/nowhere")))
    }

    private func score(_ rules: [SettingNode], _ text: String, _ facts: [String: FactValue] = [:]) async throws -> (
        Double?, [String]?
    ) {
        var message = Samples.message(text: text)
        for (name, value) in facts { message.facts[name] = value }
        #expect(try stage(rules).process(&message, in: Samples.context()) == .proceed)
        return (message.facts[ScoreSpam.Provided.score], message.facts[ScoreSpam.Provided.rules])
    }

    private static let all = [
        rule(["name": "prize", "header": "Subject", "contains": "you have WON|lottery", "score": "2.5"]),
        rule(["name": "no-date", "header": "date", "missing": "true", "score": "1"]),
        rule(["name": "text", "body": "true", "contains": "wire transfer", "score": "3"]),
        rule(["name": "spf", "fact": "spf.result", "is": "fail|softfail", "score": "4"]),
        rule(["name": "friend", "fact": "known", "is": "true", "score": "-5"]),
    ]

    @Test func `the rules that hold are summed up and named, in the file's order`() async throws {
        let mail = "Subject: =?utf-8?Q?You_have?= won\r\n\r\nplease confirm the Wire Transfer\r\n"
        let (score, rules) = try await score(Self.all, mail, ["spf.result": .string("fail")])
        #expect(score == 10.5 && rules == ["prize", "no-date", "text", "spf"])
    }

    @Test func `nothing that holds is a score of nothing`() async throws {
        let mail = "Date: Thu, 1 Jan 2026 00:00:00 +0000\r\nSubject: lunch\r\n\r\nat noon\r\n"
        let (score, rules) = try await score(Self.all, mail)
        #expect(score == 0 && rules == [])
    }

    @Test func `signs of good mail count against`() async throws {
        let (score, rules) = try await score(Self.all, "Date: x\r\n\r\n", ["known": .bool(true)])
        #expect(score == -5 && rules == ["friend"])
    }

    @Test func `text in markup and in encodings is read as a person reads it`() async throws {
        let html = "Date: x\r\nContent-Type: text/html\r\n\r\n<p>wire <b>transfer</b></p>\r\n"
        #expect(try await score(Self.all, html).1 == ["text"])
        let encoded = "Date: x\r\nContent-Transfer-Encoding: base64\r\n\r\nd2lyZSB0cmFuc2Zlcg==\r\n"
        #expect(try await score(Self.all, encoded).1 == ["text"])
    }

    @Test func `text behind the limit is not looked at`() async throws {
        let limit = 65_536
        let head = "Date: x\r\n\r\n"
        let before = head + String(repeating: "a", count: limit - 13) + "wire transfer"
        let after = head + String(repeating: "a", count: limit - 12) + "wire transfer"
        #expect(try await score(Self.all, before).1 == ["text"])
        #expect(try await score(Self.all, after).1 == [])
    }

    @Test(
        arguments: [
            ["name": "x", "score": "1"],
            ["name": "x", "score": "1", "header": "A"],
            ["name": "x", "score": "1", "header": "A", "body": "true", "contains": "a"],
            ["name": "x", "score": "1", "body": "false", "contains": "a"],
            ["name": "x", "score": "1", "fact": "a", "contains": "a"],
            ["name": "x", "score": "1", "header": "A", "missing": "false"],
        ] as [KeyValuePairs<String, String>])
    func `a rule without one test is a problem at its place`(_ rule: KeyValuePairs<String, String>) throws {
        var settings = settings([Self.rule(rule)])
        _ = try ScoreSpam.Configuration(from: &settings)
        #expect(settings.finish().map(\.kind) == [.invalid])
    }

    @Test func `two rules of one name are refused`() throws {
        var settings = settings([Self.all[0], Self.all[0]])
        let configuration = try ScoreSpam.Configuration(from: &settings)
        #expect(throws: ConfigurationError.self) {
            try ScoreSpam(
                configuration: configuration, services: Samples.services(Samples.site(dataDirectory: "/nowhere")))
        }
    }
}
