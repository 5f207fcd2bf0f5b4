import Foundation
import Testing

/// Tells `Tests/bench auth-suites` how a published suite came out.
enum SuiteCounts {
    /// Appends `NAME PASSED TOTAL` to the file that `SLUICE_SUITE_COUNTS` names; does nothing without it.
    static func record(_ name: String, passed: Int, of total: Int) {
        guard let path = ProcessInfo.processInfo.environment["SLUICE_SUITE_COUNTS"] else { return }
        let file = fopen(path, "a")
        #expect(file != nil, "\(path) cannot be written")
        guard let file else { return }
        fputs("\(name) \(passed) \(total)\n", file)
        fclose(file)
    }
}
