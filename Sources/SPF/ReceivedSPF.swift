/// The header field that records an SPF check (RFC 7208, section 9.1).
package struct ReceivedSPF: Sendable {
    /// The longest text of a stranger that is quoted; the line limit of RFC 5322, section 2.1.1 leaves no more.
    private static let maximumQuoted = 255

    private let outcome: SPFOutcome
    private let request: SPFRequest

    /// The record of one check.
    package init(_ outcome: SPFOutcome, of request: SPFRequest) {
        self.outcome = outcome
        self.request = request
    }

    /// The whole field with its folding lines, each ended by CRLF.
    package var field: String { "Received-SPF: " + lines.joined(separator: "\r\n ") + "\r\n" }

    private var lines: [String] {
        let identity = request.reversePath.isEmpty ? "helo" : "mailfrom"
        let pairs = [
            ("receiver", request.receiver), ("identity", identity), ("client-ip", request.clientAddress),
            ("envelope-from", request.reversePath), ("helo", request.helo),
        ]
        var lines = ["\(outcome.result.rawValue) (\(ReceivedSPF.comment(comment)))"]
        lines += pairs.map { "\($0)=\(ReceivedSPF.value($1));" }
        if let mechanism = outcome.mechanism { lines.append("mechanism=\(ReceivedSPF.value(mechanism));") }
        lines[lines.count - 1].removeLast()
        return lines
    }

    private var comment: String {
        let place = "\(request.receiver): domain of \(outcome.domain)"
        let client = request.clientAddress
        return switch outcome.result {
        case .pass: "\(place) designates \(client) as permitted sender"
        case .fail: "\(place) does not designate \(client) as permitted sender"
        case .softfail: "\(place) probably does not designate \(client) as permitted sender"
        case .neutral: "\(place) says nothing about \(client)"
        case .none: "\(place) has no policy"
        case .temperror: "\(place) could not be checked now"
        case .permerror: "\(place) has a broken policy"
        }
    }

    /// A text inside of parentheses; what could end the comment or the line becomes a question mark.
    private static func comment(_ text: String) -> String {
        String(
            decoding: text.utf8.prefix(2 * maximumQuoted).map { octet in
                (0x20...0x7E).contains(octet) && !"()\\".utf8.contains(octet) ? octet : UInt8(ascii: "?")
            }, as: UTF8.self)
    }

    /// A dot-atom as it is, anything else as a quoted string (RFC 5322, sections 3.2.3 and 3.2.4).
    private static func value(_ text: String) -> String {
        let octets = text.utf8.prefix(maximumQuoted)
        let isAtom =
            !octets.isEmpty && octets.first != UInt8(ascii: ".") && octets.last != UInt8(ascii: ".")
            && octets.allSatisfy { RecordParser.isAlphanumeric($0) || "!#$%&'*+-/=?^_`{|}~.".utf8.contains($0) }
        if isAtom { return String(decoding: octets, as: UTF8.self) }
        let quoted = octets.flatMap { octet -> [UInt8] in
            if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") { return [UInt8(ascii: "\\"), octet] }
            return [(0x20...0x7E).contains(octet) ? octet : UInt8(ascii: "?")]
        }
        return "\"" + String(decoding: quoted, as: UTF8.self) + "\""
    }
}
