import Testing

/// One table of another project's expectations.
struct ConformanceSuite: Sendable, CustomTestStringConvertible {
    /// One of its cases.
    struct Case: Sendable {
        /// What `Differences.md` calls it.
        let name: String
        /// What is parsed, if it is short.
        var written = ""
        /// What was found in place of what is expected; `nil` where both agree.
        let difference: String?
    }

    /// What `Differences.md` and the table call it.
    let name: String
    /// How many cases it has, so that none is passed over in silence.
    let size: Int
    /// Runs all cases.
    let cases: @Sendable () throws -> [Case]

    var testDescription: String { name }

    /// All suites, in the order of the table.
    static let all: [ConformanceSuite] =
        MailParserVectors.suites + [
            ConformanceSuite(name: "mail-parser trees", size: 107, cases: MailParserTrees.cases),
            ConformanceSuite(name: "mime4j", size: 80, cases: Mime4jTrees.cases),
            ConformanceSuite(name: "zbateson", size: 65, cases: ZbatesonMails.cases),
        ]
}
