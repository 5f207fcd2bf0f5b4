import AuthenticationResults
import Bytes
import Testing

/// What is removed from a message because it claims to be ours (RFC 8601, section 5).
struct ForgedFieldsTests {
    private func removing(_ text: String) -> String? {
        ForgedFields.removing("mx.example.org", from: Octets(Array(text.utf8))).map {
            String(decoding: $0.array, as: UTF8.self)
        }
    }

    @Test(arguments: [
        "Authentication-Results: mx.example.org; spf=pass\r\n",
        "authentication-RESULTS \t: (x) MX.Example.ORG. 1;\r\n\tspf=pass\r\n dkim=pass\r\n",
        "Authentication-Results:\r\n \"mx.example.org\"; spf=pass\n",
        "Authentication-Results: ; mx.example.org; spf=pass\r\n",
    ])
    func `a field of our name goes with all its lines, and everything else stays`(_ forged: String) {
        let before = "Subject: a\r\nAuthentication-Results: other.example; spf=fail\r\n"
        let after = "From: b@example.com\r\n\r\nAuthentication-Results: mx.example.org; spf=pass\r\n"
        #expect(removing(before + forged + after) == before + after)
        #expect(removing(forged + before + forged + after) == before + after)
        #expect(removing(forged) == "")
    }

    @Test(arguments: [
        "", "\r\n", "Subject: a\r\n\r\nAuthentication-Results: mx.example.org; spf=pass\r\n",
        "Authentication-Results: mx.example.org.evil.example; spf=pass\r\n\r\n",
        "X-Authentication-Results: mx.example.org; spf=pass\r\n\r\n",
        "Authentication-Results-Old: mx.example.org; spf=pass\r\n\r\n",
        "Subject: a\r\n Authentication-Results: mx.example.org; spf=pass\r\n\r\n", "Authentication-Results",
        "Authentication-Results:",
    ])
    func `nothing else is removed, and the content is not even copied`(_ text: String) {
        #expect(removing(text) == nil)
    }

    @Test func `a field behind ten thousand others, or behind a line that is no field, is found`() {
        let many = String(repeating: "X: y\r\n", count: 10_000) + "no field\r\n"
        let forged = "Authentication-Results: mx.example.org; spf=pass\r\n"
        #expect(removing(many + forged + "\r\nbody") == many + "\r\nbody")
    }

    @Test func `whatever lines stand around them, fields of our name go up to the first empty line`() {
        let forged = "Authentication-Results: mx.example.org; spf=pass\r\n"
        let lines = ["A\r\n", "a: b\n", "Subject: \(String(repeating: "a", count: 40))\r\n", "x\n", "X: \r\n"]
        for length in 0...70 {
            for line in lines {
                let before = "X: \(String(repeating: "y", count: length))\n" + line
                let after = line + "\r\n" + forged
                #expect(removing(before + forged + after) == before + after)
                #expect(removing(before + after) == nil)
                #expect(removing(before + "\n" + forged) == nil)
            }
        }
    }
}
