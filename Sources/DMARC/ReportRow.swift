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

    /// Appends the line's octets: a busy server writes thousands of lines a second.
    func append(to output: inout [UInt8]) {
        let policy = evaluation.policy?.members ?? Self.membersWithoutPolicy
        let (signature, spf) = (evaluation.signature ?? "", evaluation.spf ?? "")
        let texts =
            message.utf8.count + client.utf8.count + evaluation.domain.utf8.count + override.utf8.count
            + signature.utf8.count + spf.utf8.count + (spfReport?.utf8.count ?? 0) + (dkimReport?.utf8.count ?? 0)
        // In a string each octet is at most two.
        output.append(upTo: Self.maximumRest + policy.count + 2 * texts) { line in
            line.put(#"{"time":"#)
            line.put(decimal: time.seconds)
            line.put(#","id":"#, quoted: message)
            line.put(#","client":"#, quoted: client)
            line.put(#","from":"#, quoted: evaluation.domain)
            policy.withUnsafeBufferPointer { line.put($0) }
            line.put(#","result":"#, quoted: evaluation.result.rawValue)
            line.put(#","disposition":"#, quoted: disposition.rawValue)
            line.put(#","override":"#, quoted: override)
            line.put(#","aligned-dkim":"#, quoted: signature)
            line.put(#","aligned-spf":"#, quoted: spf)
            line.put(#","results":""#)
            if let spfReport { line.put(inString: spfReport) }
            if spfReport != nil, dkimReport != nil { line.put("; ") }
            if let dkimReport { line.put(inString: dkimReport) }
            line.put("\"}\n")
        }
    }

    /// More than a line has beside texts and policy: names, a number and two words of ours.
    private static let maximumRest = 256

    /// What lines say of a policy and of the name where it was found.
    static func members(of record: PolicyRecord?, at domain: String) -> [UInt8] {
        let options = record?.failureOptions ?? ""
        var octets: [UInt8] = []
        octets.append(upTo: maximumRest + 2 * (domain.utf8.count + options.utf8.count)) { line in
            line.put(#","policy-domain":"#, quoted: domain)
            line.put(#","p":"#, quoted: record?.policy.rawValue ?? "")
            line.put(#","sp":"#, quoted: record?.subdomainPolicy?.rawValue ?? "")
            line.put(#","adkim":"#, quoted: record?.dkimAlignment.rawValue ?? "")
            line.put(#","aspf":"#, quoted: record?.spfAlignment.rawValue ?? "")
            line.put(#","fo":"#, quoted: options)
            line.put(#","pct":"#)
            line.put(decimal: Int64(record?.percent ?? 100))
        }
        return octets
    }

    private static let membersWithoutPolicy = members(of: nil, at: "")
}
