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
    package var line: String { String(decoding: octets, as: UTF8.self) }

    /// More than most rows have.
    private static let usualLength = 512

    /// The line's octets, put together one by one: a busy server writes thousands of lines a second.
    var octets: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(Self.usualLength)
        let record = evaluation.policy?.record
        func add(_ name: StaticString, _ text: String) {
            output.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            ReportRow.appendQuoted(text, to: &output)
        }
        output.append(contentsOf: #"{"time":"#.utf8)
        output.append(contentsOf: String(time.seconds).utf8)
        output.append(contentsOf: #","pct":"#.utf8)
        output.append(contentsOf: String(record?.percent ?? 100).utf8)
        add(#","id":"#, message)
        add(#","client":"#, client)
        add(#","from":"#, evaluation.domain)
        add(#","policy-domain":"#, evaluation.policy?.domain ?? "")
        add(#","p":"#, record?.policy.rawValue ?? "")
        add(#","sp":"#, record?.subdomainPolicy?.rawValue ?? "")
        add(#","adkim":"#, record?.dkimAlignment.rawValue ?? "")
        add(#","aspf":"#, record?.spfAlignment.rawValue ?? "")
        add(#","fo":"#, record?.failureOptions ?? "")
        add(#","result":"#, evaluation.result.rawValue)
        add(#","disposition":"#, disposition.rawValue)
        add(#","override":"#, override)
        add(#","aligned-dkim":"#, evaluation.signature ?? "")
        add(#","aligned-spf":"#, evaluation.spf ?? "")
        add(#","results":"#, reports.joined(separator: "; "))
        output.append(contentsOf: "}\n".utf8)
        return output
    }

    /// The most characters of a stranger's text that are kept.
    static let maximumText = 2_000

    /// Appends a string of JSON (RFC 8259, section 7).
    private static func appendQuoted(_ text: String, to output: inout [UInt8]) {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        output.append(quote)
        defer { output.append(quote) }
        var text = text
        // Nearly all is written as it is.
        let isPlain = text.withUTF8 { text in
            let isPlain =
                text.count <= maximumText
                && text.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != quote && $0 != backslash }
            if isPlain { output.append(contentsOf: text) }
            return isPlain
        }
        guard !isPlain else { return }
        var characters = 0
        for octet in text.utf8 {
            if octet & 0xC0 != 0x80 { characters += 1 }
            guard characters <= maximumText else { break }
            if octet == quote || octet == backslash { output.append(backslash) }
            output.append(octet < 0x20 || octet == 0x7F ? UInt8(ascii: "?") : octet)
        }
    }
}
