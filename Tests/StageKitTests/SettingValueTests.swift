import Bytes
import StageKit
import Testing

struct SettingValueTests {
    private enum Colour: String, CaseIterable, SettingValue {
        case red
        case green
    }

    private func node(_ text: String, isQuoted: Bool = false) -> SettingNode {
        SettingNode(.scalar(text, isQuoted: isQuoted), at: StageKit.SourceLocation(file: "f", line: 1, column: 1))
    }

    @Test(arguments: [
        ("0ms", Duration.zero), ("250ms", .milliseconds(250)), ("30s", .seconds(30)), ("5m", .seconds(300)),
        ("2h", .seconds(7_200)), ("5d", .seconds(432_000)),
    ])
    func `a duration has a unit, and is written as it is read`(_ text: String, _ duration: Duration) throws {
        #expect(try Duration.read(node(text)).get() == duration)
        #expect(duration.settingText == text)
    }

    @Test(arguments: [
        ("0B", 0), ("512B", 512), ("64KB", 64_000), ("25MB", 25_000_000), ("1GB", 1_000_000_000),
    ])
    func `a size has a unit, and is written as it is read`(_ text: String, _ octets: Int) throws {
        #expect(try ByteCount.read(node(text)).get() == ByteCount(octets: octets))
        #expect(ByteCount(octets: octets).settingText == text)
    }

    @Test(arguments: ["30", "30 s", "30S", "30sec", "1.5h", "-1s", "s", "", "٣s", "9223372036854775807d", "1e3s"])
    func `what has no proper unit is no duration`(_ text: String) {
        #expect(throws: SettingFailure.self) { try Duration.read(node(text)).get() }
    }

    @Test func `a unit in the wrong case is suggested in the right one`() {
        let failure = #expect(throws: SettingFailure.self) { try ByteCount.read(node("25mb")).get() }
        #expect(failure?.suggestion == "25MB" && failure?.kind == .wrongUnit)
    }

    @Test func `numbers and choices stand outside of quotes, texts may be any scalar`() throws {
        #expect(try Int.read(node("1_000")).get() == 1_000)
        #expect(try Int.read(node("-5")).get() == -5)
        #expect(try Double.read(node("1.5")).get() == 1.5)
        #expect(try Bool.read(node("true")).get())
        #expect(try String.read(node("5")).get() == "5")
        #expect(throws: SettingFailure.self) { try Int.read(node("5", isQuoted: true)).get() }
        #expect(throws: SettingFailure.self) { try Bool.read(node("true", isQuoted: true)).get() }
        #expect(throws: SettingFailure.self) { try Bool.read(node("yes")).get() }
        #expect(throws: SettingFailure.self) { try Double.read(node("inf")).get() }
        #expect(throws: SettingFailure.self) { try Double.read(node("nan")).get() }
    }

    @Test func `a number that is too large is called so`() {
        let failure = #expect(throws: SettingFailure.self) { try Int.read(node("99999999999999999999")).get() }
        #expect(failure?.text.contains("at most 18 digits") == true)
        let other = #expect(throws: SettingFailure.self) { try Int.read(node("9x")).get() }
        #expect(other?.text.contains("digits") == false)
    }

    @Test(arguments: [
        ("etc/in.yaml", "../tls/a.pem", "etc/../tls/a.pem"), ("/etc/in.yaml", "a.pem", "/etc/a.pem"),
        ("in.yaml", "a.pem", "a.pem"), ("etc/in.yaml", "/a.pem", "/a.pem"),
    ])
    func `a file is found from the directory of the file that names it`(
        _ file: String, _ text: String, _ path: String
    ) throws {
        let place = StageKit.SourceLocation(file: file, line: 1, column: 1)
        let node = SettingNode(.scalar(text, isQuoted: false), at: place)
        #expect(try FilePath.read(node).get().path == path)
        #expect(throws: SettingFailure.self) { try FilePath.read(self.node("")).get() }
    }

    @Test func `a choice is one of its words, and suggests one`() throws {
        #expect(try Colour.read(node("green")).get() == .green)
        let failure = #expect(throws: SettingFailure.self) { try Colour.read(node("gren")).get() }
        #expect(failure?.suggestion == "green")
        #expect(Colour.settingForm == .choice(["red", "green"]))
    }

    @Test func `a list says which element is wrong`() throws {
        let place = StageKit.SourceLocation(file: "f", line: 7, column: 3)
        let list = SettingNode(.list([node("1"), SettingNode(.scalar("x", isQuoted: false), at: place)]), at: place)
        let failure = #expect(throws: SettingFailure.self) { try [Int].read(list).get() }
        #expect(failure?.location == place)
        #expect([Int].settingForm == .list(.integer) && [1, 2].settingText == "[1, 2]")
    }
}
