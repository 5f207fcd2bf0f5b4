import SPF
import Testing

/// The header field of RFC 7208, section 9.1.
@Suite struct ReceivedSPFTests {
    private func field(_ result: SPFResult, helo: String = "h.example", path: String = "a@d.example") -> String {
        let request = SPFRequest(
            clientAddress: "192.0.2.1", helo: helo, reversePath: path, receiver: "mx.example.org")
        let outcome = SPFOutcome(result: result, domain: "d.example", mechanism: "ip4:192.0.2.1", reason: "")
        return ReceivedSPF(outcome, of: request).field
    }

    @Test func `a pass is recorded with what was checked`() {
        let expected = [
            "Received-SPF: pass (mx.example.org: domain of d.example designates 192.0.2.1 as permitted sender)",
            " receiver=mx.example.org;", " identity=mailfrom;", " client-ip=192.0.2.1;",
            " envelope-from=\"a@d.example\";", " helo=h.example;", " mechanism=\"ip4:192.0.2.1\"", "",
        ]
        #expect(field(.pass) == expected.joined(separator: "\r\n"))
    }

    @Test(arguments: SPFResult.allCases)
    func `every result begins with its word`(result: SPFResult) {
        #expect(field(result).hasPrefix("Received-SPF: \(result.rawValue) ("))
    }

    @Test func `a stranger's text cannot end the line or the comment`() {
        let hostile = "x)\r\nSubject: y\"\\"
        let text = field(.fail, helo: hostile, path: hostile)
        #expect(text.split(separator: "\r\n").dropFirst().allSatisfy { $0.hasPrefix(" ") })
        #expect(text.contains(#"helo="x)??Subject: y\"\\";"#))
    }
}
