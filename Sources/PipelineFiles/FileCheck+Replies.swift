import SMTP
import StageKit

/// What a reply in a pipeline file is for.
struct ReplyUse {
    /// The key it stands at.
    let key: String
    /// The first digit it must have: 4 or 5.
    let category: Int

    var example: String { category == 4 ? "451 4.7.1 Try again later" : "550 5.7.1 Message refused" }
}

extension FileCheck {
    /// The longest reply line (RFC 5321, section 4.5.3.1.5), without its line end.
    static var replyLimit: Int { 510 }

    /// Checks a reply, such as `550 5.7.1 Message refused`.
    mutating func checkReply(_ node: SettingNode, _ use: ReplyUse) -> Reply? {
        guard let text = node.text else {
            note(.wrongType, node.location, "\(use.key) must be a reply such as '\(use.example)', not \(node.shown)")
            return nil
        }
        if let problem = problem(with: text, use) {
            note(.badReply, node.location, "\(use.key) \(problem)")
            return nil
        }
        return Reply(parsing: text)
    }

    private func problem(with text: String, _ use: ReplyUse) -> String? {
        let words = text.split(separator: " ", maxSplits: 2)
        guard let first = words.first, first.utf8.count == 3, let code = Int(first), (200...599).contains(code) else {
            return "must begin with a reply code, as in '\(use.example)'"
        }
        guard code / 100 == use.category else {
            return "must be a \(use.category)yz reply such as '\(use.example)', not \(code)"
        }
        guard text.unicodeScalars.allSatisfy({ (0x20...0x7E).contains($0.value) }) else {
            return "must be printable ASCII in one line (RFC 5321, section 4.2)"
        }
        guard text.utf8.count <= Self.replyLimit else {
            return "must be at most \(Self.replyLimit) characters long (RFC 5321, section 4.5.3.1.5)"
        }
        guard words.count > 1 else { return "must say something to people, too, as in '\(use.example)'" }
        if let status = EnhancedStatusCode(words[1]) {
            guard status.category == code / 100 else {
                return "has the codes \(code) and \(status), which must begin with the same digit (RFC 2034)"
            }
            if words.count == 2 { return "must say something to people, too, as in '\(use.example)'" }
        } else if words[1].utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }), words[1].contains(".") {
            return "has \(words[1]), which is no status code such as \(use.category).7.1 (RFC 3463)"
        }
        return nil
    }
}
