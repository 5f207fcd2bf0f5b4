package import Bytes

/// What an aggregate report says about one message (RFC 7489, section 7.2 and appendix C).
package struct ReportRow: Sendable, Hashable {
    /// The message's number, by which a row that was written twice is known.
    package var message: String
    /// When the message came.
    package var time: Timestamp
    /// The client's address.
    package var client: String
    /// The outcome for the author's domain, with the policy that was published.
    package var evaluation: Evaluation
    /// What was asked for this message, after `pct` and overrides.
    package var disposition: PolicyRecord.Request
    /// Why that is not what the policy says: `arc`, `pct` or nothing.
    package var override: String
    /// The results of SPF and DKIM as header fields have them.
    package var reports: [String]

    /// A row of these parts.
    package init(
        message: String, time: Timestamp, client: String, evaluation: Evaluation,
        disposition: PolicyRecord.Request, override: String, reports: [String]
    ) {
        self.message = message
        self.time = time
        self.client = client
        self.evaluation = evaluation
        self.disposition = disposition
        self.override = override
        self.reports = reports
    }

    /// The row as one line of JSON with its line end; each value is a text or a number.
    package var line: String {
        let policy = evaluation.policy
        let texts: [(String, String)] = [
            ("id", message), ("client", client), ("from", evaluation.domain), ("policy-domain", policy?.domain ?? ""),
            ("p", policy?.record.policy.rawValue ?? ""), ("sp", policy?.record.subdomainPolicy?.rawValue ?? ""),
            ("adkim", policy?.record.dkimAlignment.rawValue ?? ""),
            ("aspf", policy?.record.spfAlignment.rawValue ?? ""), ("fo", policy?.record.failureOptions ?? ""),
            ("result", evaluation.result.rawValue), ("disposition", disposition.rawValue), ("override", override),
            ("aligned-dkim", evaluation.signature ?? ""), ("aligned-spf", evaluation.spf ?? ""),
            ("results", reports.joined(separator: "; ")),
        ]
        let numbers = "\"time\":\(time.seconds),\"pct\":\(policy?.record.percent ?? 100)"
        return "{" + numbers + texts.map { ",\"\($0.0)\":\(ReportRow.quoted($0.1))" }.joined() + "}\n"
    }

    /// The longest text of a stranger that is kept.
    private static let maximumText = 2_000

    /// A string of JSON (RFC 8259, section 7).
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars.prefix(maximumText) {
            switch scalar {
            case "\"", "\\":
                result.unicodeScalars.append("\\")
                result.unicodeScalars.append(scalar)
            case "\u{0}"..<" ", "\u{7F}": result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
