import Testing

/// Expectations of other parsers: what differs from them stands in `Differences.md`, case by case, and nothing else does.
@Suite(.enabled(if: Suites.exists("mime"), "the suites of other MIME parsers are not in SLUICE_SUITES"))
struct ConformanceTests {
    @Test(arguments: ConformanceSuite.all)
    func `a suite agrees but for the listed cases`(suite: ConformanceSuite) throws {
        let cases = try suite.cases()
        #expect(cases.count == suite.size)
        let listed = Dictionary(
            try Differences.read().filter { $0.suite == suite.name }.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        for one in cases {
            if let difference = one.difference {
                #expect(listed[one.name] != nil, "\(suite.name) \(one.name) differs: \(difference)\n\(one.written)")
            } else {
                #expect(listed[one.name] == nil, "\(suite.name) \(one.name) agrees; take it from the list")
            }
        }
        let strangers = Set(listed.keys).subtracting(cases.map(\.name))
        #expect(strangers.isEmpty, "the list has cases that \(suite.name) has not: \(strangers.sorted())")
        try ConformanceTable.add(suite, cases, listed)
    }

    @Test func `every listed difference says who is right, and why`() throws {
        let suites = Set(ConformanceSuite.all.map(\.name))
        let differences = try Differences.read()
        for difference in differences {
            #expect(suites.contains(difference.suite), "no suite is called \(difference.suite)")
            #expect(
                difference.section.wholeMatch(of: /RFC \d+, section \d+(\.\d+)*( \(\d\))?/) != nil
                    && !difference.reason.isEmpty, "\(difference.name) lacks a section or a reason")
        }
        #expect(Set(differences.map { "\($0.suite) \($0.name)" }).count == differences.count, "a case is listed twice")
        // What an RFC decides against us would be a bug, and not a difference.
        #expect(!differences.contains { $0.verdict == .theirs })
    }
}
