import Bytes
import StageKit
import Testing

struct SettingsTests {
    @Test func `a duration needs a unit`() {
        let place = SourceLocation(file: "f", line: 1, column: 1)
        let node = SettingNode(.scalar("30", isQuoted: false), at: place)
        #expect(throws: SettingFailure.self) { try Duration.read(node).get() }
    }
}
