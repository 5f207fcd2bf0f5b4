/// What the client asks for at RCPT TO, beside the address (RFC 3461).
public struct RecipientParameters: Sendable, Hashable, Codable {
    /// NOTIFY: when a report is wanted; empty for NEVER, `nil` if nothing was said (RFC 3461, section 4.1).
    public var notifications: Set<Notification>?
    /// ORCPT: the address that the sender wrote, for reports (RFC 3461, section 4.2).
    public var originalRecipient: OriginalRecipient?

    /// What a report is wanted about.
    public enum Notification: String, Sendable, Hashable, Codable, CaseIterable {
        /// It has arrived.
        case success = "SUCCESS"
        /// It cannot be delivered.
        case failure = "FAILURE"
        /// It takes longer than usual.
        case delay = "DELAY"
    }

    /// An address of some kind of mail.
    public struct OriginalRecipient: Sendable, Hashable, Codable {
        /// The kind, such as `rfc822`, in lower case.
        public var type: String
        /// The address, decoded.
        public var address: String

        /// An address of a type.
        public init(type: String, address: String) {
            self.type = type
            self.address = address
        }
    }

    /// No parameters.
    public init() {}

    /// Takes one parameter in; gives the reply if it cannot be.
    mutating func take(_ parameter: ESMTPParameter, offering extensions: ExtensionSet) -> Reply? {
        guard extensions.contains(.dsn) else { return .unknownParameter }
        switch parameter.keyword {
        case "NOTIFY":
            guard notifications == nil, let text = parameter.value, let wanted = Self.notifications(text) else {
                return .badParameter
            }
            notifications = wanted
        case "ORCPT":
            guard originalRecipient == nil, let text = parameter.value, let original = OriginalRecipient(text) else {
                return .badParameter
            }
            originalRecipient = original
        default: return .unknownParameter
        }
        return nil
    }

    /// NEVER stands alone; the others may stand together.
    private static func notifications(_ text: String) -> Set<Notification>? {
        if text.uppercased() == "NEVER" { return [] }
        var wanted: Set<Notification> = []
        for word in text.uppercased().split(separator: ",", omittingEmptySubsequences: false) {
            guard let one = Notification(rawValue: String(word)), wanted.insert(one).inserted else { return nil }
        }
        return wanted
    }
}

extension RecipientParameters.OriginalRecipient {
    /// Reads `rfc822;someone+2Btag@example.org`.
    fileprivate init?(_ text: String) {
        let parts = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, text.utf8.count <= SessionLimits.originalRecipient, !parts[0].isEmpty,
            parts[0].utf8.allSatisfy({ ($0 | 0x20).isSmallLetter || (0x30...0x39).contains($0) || $0 == 0x2D }),
            let address = XText.decode(parts[1]), !address.isEmpty
        else { return nil }
        self.init(type: parts[0].lowercased(), address: address)
    }
}

extension UInt8 {
    fileprivate var isSmallLetter: Bool { (0x61...0x7A).contains(self) }
}
