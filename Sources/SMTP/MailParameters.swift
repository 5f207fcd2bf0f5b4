/// What the client asks for at MAIL FROM, beside the address (RFC 5321, section 4.1.1.11).
public struct MailParameters: Sendable, Hashable, Codable {
    /// SIZE: how large the client thinks the message is (RFC 1870).
    public var size: Int?
    /// BODY: what kind of octets the client sends (RFC 6152, RFC 3030); every octet is kept whatever it says.
    public var body: Body?
    /// SMTPUTF8: addresses and header fields may have other letters than ASCII (RFC 6531).
    public var isInternationalized = false
    /// REQUIRETLS: the message may travel on only under TLS with a verified peer (RFC 8689).
    public var requiresTLS = false
    /// RET: how much of the message a report of failure brings back (RFC 3461, section 4.3).
    public var returnedContent: ReturnedContent?
    /// ENVID: the sender's own name for the envelope, decoded (RFC 3461, section 4.4).
    public var envelopeID: String?
    /// AUTH: who gave the message to the client, decoded; empty for `<>` (RFC 4954, section 5).
    public var submitter: String?

    /// What kind of octets the client says it sends.
    public enum Body: String, Sendable, Hashable, Codable {
        /// ASCII only.
        case sevenBit = "7BIT"
        /// All octets, in lines.
        case eightBitMIME = "8BITMIME"
        /// All octets, in no lines; only BDAT can carry it.
        case binaryMIME = "BINARYMIME"
    }

    /// How much of a message a report of failure brings back.
    public enum ReturnedContent: String, Sendable, Hashable, Codable {
        /// The whole message.
        case full = "FULL"
        /// Its header.
        case headers = "HDRS"
    }

    /// No parameters.
    public init() {}

    /// Takes one parameter in; gives the reply if it cannot be.
    mutating func take(_ parameter: ESMTPParameter, offering extensions: ExtensionSet) -> Reply? {
        switch parameter.keyword {
        case "SIZE": takeSize(parameter.value)
        case "BODY": takeBody(parameter.value)
        case "SMTPUTF8": raise(&isInternationalized, parameter.value)
        case "REQUIRETLS" where extensions.contains(.requireTLS): raise(&requiresTLS, parameter.value)
        case "RET" where extensions.contains(.dsn): takeReturn(parameter.value)
        case "ENVID" where extensions.contains(.dsn): takeEnvelopeID(parameter.value)
        case "AUTH" where extensions.contains(.auth): takeSubmitter(parameter.value)
        default: .unknownParameter
        }
    }

    private mutating func takeSize(_ text: String?) -> Reply? {
        // 20 digits are the most RFC 1870, section 3, allows; what does not fit an Int is larger than any limit.
        guard size == nil, let text, (1...20).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return .badParameter }
        size = Int(text) ?? .max
        return nil
    }

    private mutating func takeBody(_ text: String?) -> Reply? {
        guard body == nil, let text, let kind = Body(rawValue: text.uppercased()) else { return .badParameter }
        body = kind
        return nil
    }

    private func raise(_ flag: inout Bool, _ text: String?) -> Reply? {
        guard !flag, text == nil else { return .badParameter }
        flag = true
        return nil
    }

    private mutating func takeReturn(_ text: String?) -> Reply? {
        guard returnedContent == nil, let text, let content = ReturnedContent(rawValue: text.uppercased()) else {
            return .badParameter
        }
        returnedContent = content
        return nil
    }

    private mutating func takeEnvelopeID(_ text: String?) -> Reply? {
        guard envelopeID == nil, let text, text.utf8.count <= SessionLimits.envelopeID, let id = XText.decode(text),
            !id.isEmpty
        else { return .badParameter }
        envelopeID = id
        return nil
    }

    private mutating func takeSubmitter(_ text: String?) -> Reply? {
        guard submitter == nil, let text, let mailbox = text == "<>" ? "" : XText.decode(text) else {
            return .badParameter
        }
        submitter = mailbox
        return nil
    }
}
