import Testing

/// What goes wrong with the checks of who sent a mail is found before anything runs.
@Suite struct SenderCheckTests {
    private func findings(_ steps: String...) throws -> [String] {
        let lines = steps.map { "    - \($0)\n" }.joined()
        return try FragmentTests.findings(
            """
            sluice: 1
            pipeline: inbound
            receive: { smtp: { listen: ["127.0.0.1:2525"] } }
            session:
              mail: [ check-spf ]
              message:
            \(lines)
            accept: { queue: {} }
            deliver: [ store-attachments, store-metadata, index ]
            """)
    }

    @Test func `results that come after the field is written`() throws {
        let found = try findings("check-dkim", "authentication-results", "check-arc", "check-dmarc")
        #expect(
            found == [
                "inbound.yaml:8:7: warning[fact-comes-later]: authentication-results would use the facts of check-arc "
                    + "(line 9) and check-dmarc (line 10), which stand behind it; change their order"
            ])
        #expect(try findings("check-dkim", "check-arc", "check-dmarc", "authentication-results") == [])
    }

    @Test func `a check that stands behind the one that needs it, which is one mistake and not two`() throws {
        let found = try findings("check-arc", "check-dmarc", "check-dkim", "authentication-results")
        #expect(
            found == [
                "inbound.yaml:8:7: error[fact-not-known]: check-dmarc reads dkim.domains, which is not known yet; "
                    + "check-dkim provides it"
            ])
    }

    @Test func `results that nothing writes`() throws {
        let unwritten = [
            "inbound.yaml:5:11: warning[results-unwritten]: what check-spf, check-dkim and check-arc find is written "
                + "into no field, and what strangers wrote in our name stays in the message (RFC 8601, section 5); "
                + "add authentication-results behind them"
        ]
        #expect(try findings("check-dkim", "check-dkim: { as: again }", "check-arc") == unwritten)
        #expect(try findings("check-dkim", "authentication-results: { when: 'message.size > 1' }") == [])
        let misspelt = try findings("authentication-reslts")
        #expect(misspelt.count == 1 && misspelt.allSatisfy { $0.contains("unknown-stage") }, "\(misspelt)")
    }

    @Test func `forwarders that are trusted where no seal is checked`() throws {
        let dmarc = "check-dmarc: { trust-arc: [lists.example.net] }"
        let missing = [
            "inbound.yaml:8:33: error[fact-not-known]: trust-arc reads arc.sealers, which is not known yet; "
                + "check-arc provides it"
        ]
        #expect(try findings("check-dkim", dmarc, "authentication-results") == missing)
        #expect(try findings("check-dkim", dmarc, "check-arc", "authentication-results") == missing)
        #expect(try findings("check-dkim", "check-arc", dmarc, "authentication-results") == [])
        #expect(try findings("check-dkim", "check-dmarc: { trust-arc: [] }", "authentication-results") == [])
    }

    @Test func `forwarders that are none are told at their own places, over several lines and in one`() throws {
        let names = ["lists.example", ".example", "192.0.2.1"].map { "\n          - \($0)" }.joined()
        let list = "check-dmarc:\n        trust-arc:\(names)"
        let text = "trust-arc has an element that must be a domain such as example.org, not"
        let found = try findings("check-dkim", "check-arc", list, "authentication-results")
        #expect(
            found == [
                "inbound.yaml:12:13: error[wrong-type]: \(text) \".example\"",
                "inbound.yaml:13:13: error[wrong-type]: \(text) \"192.0.2.1\"",
            ])
        let line = "check-dmarc: { trust-arc: [a..b, lists.example, localhost] }"
        #expect(
            try findings("check-dkim", "check-arc", line, "authentication-results") == [
                "inbound.yaml:9:34: error[wrong-type]: \(text) \"a..b\"",
                "inbound.yaml:9:55: error[wrong-type]: \(text) \"localhost\"",
            ])
    }

    @Test(arguments: ["sign-dkim", "seal-arc"])
    func `names of fields that would break the signature are told at their own places`(_ step: String) throws {
        let names = #"[from, "to:", Sub ject, "a;b", "", "é", "x\ny", X-Good_1]"#
        let signs = "\(step): { headers: \(names), domain: a.example, selector: s, key: '-' }"
        let found = try findings("check-dkim", "check-arc", "authentication-results", signs)
        let text = "headers must be names of header fields such as subject, not "
        #expect(
            found.filter { $0.contains(text) }.map { $0.split(separator: text).last }
                == [#""to:""#, #""Sub ject""#, #""a;b""#, #""""#, #""é""#, #""x\ny""#])
        #expect(Set(found.map { $0.prefix { $0 != " " } }).count == found.count)
    }

    @Test func `fields that a seal must not cover are told at their own places`() throws {
        let names = "[from, ARC-Seal, to, Authentication-Results]"
        let seal = "seal-arc: { headers: \(names), domain: a.example, selector: s, key: '-' }"
        let found = try findings("check-dkim", "check-arc", "authentication-results", seal)
        #expect(
            found.filter { $0.contains("[invalid-setting]") } == [
                "inbound.yaml:10:35: error[invalid-setting]: headers must not have arc-seal (RFC 8617, section 4.1.2)",
                "inbound.yaml:10:49: error[invalid-setting]: headers must not have authentication-results "
                    + "(RFC 8617, section 4.1.2)",
            ])
    }

    @Test(arguments: [
        ("spf.result == 'failed'", "spf.result is never 'failed'", "fail"),
        ("spf.helo != 'failed'", "spf.helo is never 'failed'", "fail"),
        ("dkim.result in ['none', 'failed']", "dkim.result is never 'failed'", "fail"),
        ("arc.result == 'passed'", "arc.result is never 'passed'; it is none, pass or fail", "pass"),
        ("dmarc.result == 'failed'", "dmarc.result is never 'failed'", "fail"),
        (
            "dmarc.disposition == 'rejected'",
            "dmarc.disposition is never 'rejected'; it is none, quarantine or reject", "reject"
        ),
        ("dmarc.policy == 'rejected'", "it is none, quarantine, reject or ''", "reject"),
        ("dmarc.override == 'arcs'", "it is pct, arc or ''", "arc"),
    ])
    func `a word that a result never is`(_ condition: String, _ text: String, _ meant: String) throws {
        let decide = "decide: [ { when: \"\(condition)\", set: { junk: true } }, { otherwise: proceed } ]"
        let found = try findings("check-dkim", "check-arc", "check-dmarc", "authentication-results", decide)
        #expect(found.count == 1, "\(found)")
        let finding = try #require(found.first)
        #expect(finding.contains("error[fact-value]") && finding.contains(text), "\(finding)")
        #expect(finding.hasSuffix("did you mean \(meant)?"), "\(finding)")
    }

    @Test func `a rule about a word that a result never is, or about no result at all`() throws {
        let rules = [
            "{ name: a, fact: spf.result, is: [fail, failed], score: 1 }",
            "{ name: b, fact: spf.resutl, is: [fail], score: 1 }",
            "{ name: c, fact: dkim.result, is: [fail], score: 1 }",
        ]
        #expect(
            try findings("score-spam: { rules: [ \(rules.joined(separator: ", ")) ] }", "authentication-results") == [
                "inbound.yaml:7:70: error[fact-value]: spf.result is never \"failed\"; it is none, neutral, pass, fail, "
                    + "softfail, temperror or permerror; did you mean fail?",
                "inbound.yaml:7:108: error[unknown-fact]: fact reads spf.resutl: there is no fact spf.resutl; "
                    + "did you mean spf.result?",
                "inbound.yaml:7:161: error[fact-not-known]: fact reads dkim.result, which is not known yet; "
                    + "check-dkim provides it",
            ])
    }
}
