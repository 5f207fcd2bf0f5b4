import Bytes
import MIME
import Testing

/// Every mail of a public corpus, read by our parser and by Python's email package.
@Suite(
    .enabled(if: Suites.exists("mail/data"), "the SpamAssassin corpus is not in SLUICE_SUITES"),
    .enabled(if: PythonMail.isInstalled, "python3 is not installed"))
struct PythonTests {
    @Test func `every difference from Python's email is of a listed kind`() throws {
        let folder = "\(Suites.root)/mail/data"
        var counts: [String: Int] = [:]
        var mails = 0
        var differing = 0
        for theirs in try PythonMail.all(in: folder) {
            mails += 1
            let message = ParsedMessage(parsing: Octets(Suites.octets(of: "\(folder)/\(theirs.path)")))
            let ours = PythonMail(path: theirs.path, message)
            let aspects = PythonRule.aspects(ours, theirs)
            if !aspects.isEmpty { differing += 1 }
            for aspect in aspects {
                let rule = PythonRule.all.first { $0.aspect == aspect && $0.explains(ours, theirs, message) }
                if let rule { counts["\(aspect): \(rule.name)", default: 0] += 1 }
                #expect(rule != nil, "\(theirs.path): \(aspect) \(Self.difference(aspect, ours, theirs))")
            }
        }
        #expect(mails == 6_046)
        var listed: [String: Int] = [:]
        for row in try Differences.rows(ofTableWith: "mails") where row.count == 5 {
            listed["\(row[0]): \(row[1])"] = Int(row[2])
        }
        #expect(counts == listed)
        try ConformanceTable.add(["python", "\(mails)", "\(mails - differing)"])
        for (rule, count) in counts.sorted(by: { $0.key < $1.key }) {
            try ConformanceTable.add(["python rule", rule, "\(count)"])
        }
    }

    private static func difference(_ aspect: PythonRule.Aspect, _ ours: PythonMail, _ theirs: PythonMail) -> String {
        switch aspect {
        case .subject: "\(ours.subject ?? "none"), not \(theirs.subject ?? "none")"
        case .addresses: "\(ours.addresses), not \(theirs.addresses)"
        case .texts: MailParserTrees.firstDifference(ours.texts, theirs.texts) ?? ""
        case .html: MailParserTrees.firstDifference(ours.html, theirs.html) ?? ""
        case .files: "\(ours.files), not \(theirs.files)"
        }
    }
}
