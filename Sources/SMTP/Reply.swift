/// What an SMTP server answers: read by strangers, so it says no more than they need (RFC 5321, section 4.2).
public struct Reply: Sendable, Hashable {
    /// The three digits, in 200...599.
    public let code: Int
    /// The code for machines, if the reply has one (RFC 2034).
    public let status: EnhancedStatusCode?
    /// The text, one element a line, in printable ASCII or UTF-8 without line ends.
    public let lines: [String]

    /// A reply of one line.
    public init(_ code: Int, _ status: EnhancedStatusCode?, _ text: String) {
        self.init(code, status, lines: [text])
    }

    /// A reply of several lines.
    public init(_ code: Int, _ status: EnhancedStatusCode?, lines: [String]) {
        self.code = code
        self.status = status
        self.lines = lines
    }

    /// Reads the form of pipeline files, such as `550 5.7.1 Message refused`; the second number may be missing.
    public init?(parsing text: String) {
        let words = text.split(separator: " ", maxSplits: 1)
        guard let first = words.first, first.utf8.count == 3, let code = Int(first), (200...599).contains(code) else {
            return nil
        }
        let rest = words.count > 1 ? words[1] : ""
        let parts = rest.split(separator: " ", maxSplits: 1)
        guard let status = parts.first.flatMap({ EnhancedStatusCode($0) }) else {
            self.init(code, nil, String(rest))
            return
        }
        guard status.category == code / 100 else { return nil }
        self.init(code, status, parts.count > 1 ? String(parts[1]) : "")
    }

    /// Whether it says yes (2yz or 3yz).
    public var isPositive: Bool { code < 400 }
    /// Whether the client should try again later (4yz).
    public var isTransient: Bool { (400..<500).contains(code) }
    /// Whether the client should not try again (5yz).
    public var isPermanent: Bool { code >= 500 }
}

extension Reply: CustomStringConvertible {
    /// The form of pipeline files, with spaces between the lines.
    public var description: String {
        ([String(code)] + (status.map { [$0.description] } ?? []) + lines).joined(separator: " ")
    }
}
