import SMTP
import SPF

extension Reply {
    /// The room for text in a line: the codes of ``Refusal/spfFailure`` and the end of the line stand in it, too.
    private static let lineWidth = SessionLimits.replyLine - "550 5.7.23 \r\n".utf8.count

    /// The refusal of a sender, with what its domain says to that (RFC 7208, section 8.4): these are the words of a
    /// stranger, so it says whose they are.
    init(refusing outcome: SPFOutcome) {
        guard outcome.result != .permerror else {
            self.init(.spfError, "The SPF policy of the sender's domain is faulty")
            return
        }
        let text = "SPF check failed for the sender's domain"
        let refusal = Reply(.spfFailure, text)
        let words = Self.lines(of: outcome.explanation ?? "")
        guard !words.isEmpty else {
            self = refusal
            return
        }
        let source = "The domain \(outcome.domain) explains:"
        self.init(refusal.code, refusal.status, lines: [text + ":", source] + words)
    }

    /// A text of ASCII in lines that a reply has room for, which end at spaces where there are any.
    private static func lines(of text: String) -> [String] {
        let space = UInt8(ascii: " ")
        var lines: [String] = []
        var rest = text.utf8.drop { $0 == space }
        while !rest.isEmpty {
            var end = rest.index(rest.startIndex, offsetBy: lineWidth, limitedBy: rest.endIndex) ?? rest.endIndex
            if end < rest.endIndex, let last = rest[...end].lastIndex(of: space) { end = last }
            lines.append(String(decoding: rest[..<end], as: UTF8.self))
            rest = rest[end...].drop { $0 == space }
        }
        return lines
    }
}
