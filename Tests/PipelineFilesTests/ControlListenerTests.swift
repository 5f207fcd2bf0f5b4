import StageKit
import Testing

@testable import PipelineFiles

/// The local interface stays local: whoever reaches it reads who writes to whom.
struct ControlListenerTests {
    private func findings(_ listener: String) -> [String] {
        let site = MemoryDirectory.site + "\ncontrol: { listen: '\(listener)' }"
        return MemoryDirectory(["site.yaml": site]).check().findings.map(\.description)
            .filter { $0.hasPrefix("site.yaml:") }
    }

    @Test(arguments: [
        "0.0.0.0:8025", "192.0.2.1:8025", "[::]:8025", "[2001:db8::1]:80", "10.127.0.1:1", "mx.example.org:80",
    ])
    func `an address that others reach is refused, with its line`(_ listener: String) throws {
        let finding = try #require(findings(listener).first)
        #expect(finding.contains("loopback") || finding.contains("must be an address"), "\(finding)")
    }

    @Test(arguments: ["127.0.0.1:8025", "127.1.2.3:1", "[::1]:8025"])
    func `a loopback address is fine`(_ listener: String) {
        #expect(findings(listener).isEmpty)
    }
}
