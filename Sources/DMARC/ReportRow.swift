package import Bytes

/// What an aggregate report says about one message (RFC 7489, section 7.2 and appendix C).
///
/// Never changed, and shared by those who hold it: it waits for a while until it is written.
package final class ReportRow: Sendable {
    /// The message's number, by which a row that was written twice is known.
    package let message: String
    /// When the message came.
    package let time: Timestamp
    /// The client's address.
    package let client: String
    /// The outcome for the author's domain, with the policy that was published.
    package let evaluation: Evaluation
    /// What was asked for this message, after `pct` and overrides.
    package let disposition: PolicyRecord.Request
    /// Why that is not what the policy says: `arc`, `pct` or nothing.
    package let override: String
    /// The result of SPF as header fields have it.
    package let spfReport: String?
    /// The results of DKIM as header fields have them.
    package let dkimReport: String?

    /// A row of these parts.
    package init(
        message: String, time: Timestamp, client: String, evaluation: Evaluation,
        disposition: PolicyRecord.Request, override: String, spfReport: String?, dkimReport: String?
    ) {
        self.message = message
        self.time = time
        self.client = client
        self.evaluation = evaluation
        self.disposition = disposition
        self.override = override
        self.spfReport = spfReport
        self.dkimReport = dkimReport
    }

    /// The row as one line of JSON with its line end; each value is a text or a number.
    package var line: String {
        var octets: [UInt8] = []
        append(to: &octets)
        return String(decoding: octets, as: UTF8.self)
    }

    /// Appends the line's octets, put together one by one: a busy server writes thousands of lines a second.
    func append(to output: inout [UInt8]) {
        let policy = evaluation.policy
        let record = policy?.record
        func add(_ name: StaticString, _ text: String) {
            // In a string each octet is at most two.
            output.append(upTo: name.utf8CodeUnitCount + 2 * text.utf8.count + 2) { line in
                line.put(name)
                ReportRow.put(quoted: text, to: &line)
            }
        }
        output.append(contentsOf: #"{"time":"#.utf8)
        output.append(contentsOf: String(time.seconds).utf8)
        output.append(contentsOf: #","pct":"#.utf8)
        output.append(contentsOf: String(record?.percent ?? 100).utf8)
        add(#","id":"#, message)
        add(#","client":"#, client)
        add(#","from":"#, evaluation.domain)
        add(#","policy-domain":"#, policy?.domain ?? "")
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
        add(#","results":"#, [spfReport, dkimReport].compactMap(\.self).joined(separator: "; "))
        output.append(contentsOf: "}\n".utf8)
    }

    /// The most characters of a stranger's text that are kept.
    static let maximumText = 2_000

    /// Writes a string of JSON (RFC 8259, section 7).
    private static func put(quoted text: String, to line: inout OctetCursor) {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        line.put(quote)
        var text = text
        text.withUTF8 { text in
            let text = beginning(of: text)
            // What is written as it is, which is nearly all, is written piece by piece.
            var start = 0
            for position in 0..<text.count {
                switch text[position] {
                case quote, backslash:
                    line.put(.init(rebasing: text[start..<position]))
                    line.put(backslash)
                    start = position
                case 0x00...0x1F, 0x7F:
                    line.put(.init(rebasing: text[start..<position]))
                    line.put(UInt8(ascii: "?"))
                    start = position + 1
                default: break
                }
            }
            line.put(.init(rebasing: text[start...]))
        }
        line.put(quote)
    }

    /// The first characters of a text, as many as are kept.
    private static func beginning(of text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard text.count > maximumText else { return text }
        var characters = 0
        let kept = text.prefix { octet in
            if octet & 0xC0 != 0x80 { characters += 1 }
            return characters <= maximumText
        }
        return UnsafeBufferPointer(rebasing: kept)
    }
}
