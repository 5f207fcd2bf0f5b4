/// A status code for machines, such as `5.7.1` (RFC 3463).
public struct EnhancedStatusCode: Sendable, Hashable {
    /// 2 success, 4 persistent transient failure, 5 permanent failure.
    public let category: Int
    /// What it is about, in 0...999: 1 addressing, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy.
    public let subject: Int
    /// The detail, in 0...999.
    public let detail: Int

    /// The code with these numbers.
    public init(_ category: Int, _ subject: Int, _ detail: Int) {
        self.category = category
        self.subject = subject
        self.detail = detail
    }

    /// Reads the written form; `nil` if it is none.
    public init?(_ text: some StringProtocol) {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 3,
            numbers.allSatisfy({ (1...3).contains($0.utf8.count) && $0.utf8.allSatisfy(isDigit) }),
            let category = Int(numbers[0]), let subject = Int(numbers[1]), let detail = Int(numbers[2]),
            [2, 4, 5].contains(category)
        else { return nil }
        self.init(category, subject, detail)
    }
}

private func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }

extension EnhancedStatusCode: CustomStringConvertible {
    /// The written form.
    public var description: String { "\(category).\(subject).\(detail)" }
}
