import StageKit
import Testing

struct SettingsTests {
    private let place = StageKit.SourceLocation(file: "f.yaml", line: 1, column: 1)

    private func at(_ line: Int) -> StageKit.SourceLocation {
        StageKit.SourceLocation(file: "f.yaml", line: line, column: 5)
    }

    private func text(_ text: String, _ line: Int = 1) -> SettingNode {
        SettingNode(.scalar(text, isQuoted: false), at: at(line))
    }

    private func group(_ entries: KeyValuePairs<String, SettingNode>) -> SettingNode {
        let entries = entries.map { SettingNode.Entry(key: $0, location: place, value: $1) }
        return SettingNode(.map(entries), at: place)
    }

    @Test func `what is there is taken, and what is not has its default`() {
        var settings = Settings(group(["name": text("spam"), "limit": text("7")]))
        #expect(settings.take("name", "") == "spam")
        #expect(settings.take("limit", default: 5, "") == 7)
        #expect(settings.take("patience", default: .seconds(3), "") == .seconds(3))
        #expect(settings.takeOptional("word", of: String.self, "") == nil)
        #expect(settings.finish() == [])
    }

    @Test func `a key that nobody takes is a problem at its place, with a suggestion`() {
        var settings = Settings(group(["limt": text("7")]))
        _ = settings.take("limit", default: 5, "")
        let problems = settings.finish()
        #expect(problems.map(\.kind) == [.unknownKey] && problems.first?.suggestion == "limit")
        #expect(problems.first?.location == place)
    }

    @Test func `keys that others read are suggested, too`() {
        let settings = Settings(group(["timout": text("7s")]))
        #expect(settings.finish(besides: ["timeout"]).first?.suggestion == "timeout")
        #expect(settings.finish().first?.text == "unknown setting timout; there are no settings here")
    }

    @Test func `all problems are noted, not only the first`() {
        var settings = Settings(group(["limit": text("many"), "patience": text("5", 3), "extra": text("x")]))
        _ = settings.take("limit", default: 1, "")
        _ = settings.take("patience", default: Duration.seconds(1), "")
        let _: String = settings.take("name", "")
        settings.note("limit", "is odd")
        #expect(settings.finish().map(\.kind) == [.wrongType, .wrongUnit, .missing, .invalid, .unknownKey])
        #expect(settings.problems[1].location == at(3))
    }

    @Test func `what is wrong with elements of a list stands at their places`() {
        let words = SettingNode(.list([text("1", 2), text("x", 3), text("2", 4), text("y", 5)]), at: at(2))
        var settings = Settings(group(["words": words, "limits": words]))
        let taken: [String] = settings.take("words", "")
        for (number, word) in taken.enumerated() where Int(word) == nil {
            settings.note("words", element: number, "has \(word)")
        }
        let limits: [Int] = settings.take("limits", "")
        #expect(limits == [])
        settings.note("words", element: 4, "is short")
        #expect(settings.problems.map(\.location) == [at(3), at(5), at(3), at(5), at(2)])
        #expect(settings.problems[1].text == "words has y")
        #expect(settings.problems[3].text == "limits has an element that must be a whole number, not \"y\"")
    }

    @Test func `what is no group at all is one problem, not one for each missing key`() {
        var settings = Settings(text("spam"))
        let _: String = settings.take("name", "")
        #expect(settings.finish().map(\.kind) == [.wrongType])
    }

    @Test func `an empty piece is a group without settings`() {
        var settings = Settings(SettingNode(.empty, at: place))
        let _: String = settings.take("name", "")
        #expect(settings.finish().map(\.kind) == [.missing])
    }

    @Test func `a group within has its own keys and problems`() {
        var settings = Settings(group(["limits": group(["size": text("1MB"), "count": text("x"), "odd": text("1")])]))
        let count = settings.takeGroup("limits", "") { limits in
            limits.take("count", default: 3, "")
        }
        #expect(count == Int.placeholder)
        #expect(settings.finish().map(\.kind) == [.wrongType, .unknownKey, .unknownKey])
    }

    @Test func `a group that is missing has the defaults, and its required settings are missed`() {
        var settings = Settings(group([:]))
        let values = settings.takeGroup("limits", "") { limits in
            (limits.take("count", default: 3, ""), limits.take("name", "") as String)
        }
        #expect(values.0 == 3)
        #expect(settings.finish().map(\.kind) == [.missing])
    }

    @Test func `a list of groups is read one by one`() {
        let rules = SettingNode(.list([group(["points": text("2")]), group([:]), text("x", 9)]), at: place)
        var settings = Settings(group(["rules": rules]))
        let points = settings.takeGroups("rules", "") { $0.take("points", default: 1, "") }
        #expect(points == [2, 1, 1])
        #expect(settings.finish().map(\.location) == [at(9)])
        var wrong = Settings(group(["rules": text("x")]))
        #expect(wrong.takeGroups("rules", "") { $0.take("points", default: 1, "") } == [])
        #expect(wrong.finish().map(\.kind) == [.wrongType])
    }

    @Test func `a list of groups that is required has at least one`() {
        for present in [group([:]), group(["rules": SettingNode(.list([]), at: place)])] {
            var settings = Settings(present)
            #expect(settings.takeGroups("rules", isRequired: true, "") { $0.take("points", default: 1, "") } == [])
            #expect(settings.finish().map(\.kind) == [.missing])
        }
    }

    @Test func `a recording tells the settings and has no problems`() {
        var settings = Settings(recording: ())
        let _: String = settings.take("name", "The name.")
        _ = settings.take("patience", default: Duration.seconds(90), "How long.")
        _ = settings.takeGroups("rules", "The rules.") { $0.take("points", default: 1, "The points.") }
        #expect(settings.finish() == [])
        #expect(settings.declarations.map(\.name) == ["name", "patience", "rules"])
        #expect(settings.declarations.map(\.isRequired) == [true, false, false])
        #expect(settings.declarations.map(\.fallback) == [nil, "90s", nil])
        #expect(settings.declarations.map(\.form) == [.text, .duration, .groups])
        #expect(settings.declarations.last?.members.map(\.name) == ["points"])
    }

    @Test func `a reference is shown as it is written, and a secret not at all`() {
        let node = SettingNode(.scalar("hunter2", isQuoted: false), at: place, written: "${env:KEY}")
        var settings = Settings(group(["port": node, "key": node]))
        _ = settings.take("port", default: 1, "")
        let secret: Secret = settings.take("key", "")
        #expect(secret.exposed == "hunter2" && "\(secret)" == "(secret)" && String(reflecting: secret) == "(secret)")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("hunter2"))
        #expect(settings.problems.map(\.text) == ["port must be a whole number, not what ${env:KEY} stands for"])
    }
}
