/// The parameters behind the path of MAIL FROM (RFC 5321, section 4.1.1.11).
package struct MailParameters: Sendable, Hashable {
    /// SIZE: how large the client thinks the message is (RFC 1870).
    package var size: Int?
    /// BODY=8BITMIME or BODY=7BIT (RFC 6152); both change nothing here, since every octet is kept.
    package var body: Body?
    /// SMTPUTF8: addresses and header fields may have other letters than ASCII (RFC 6531).
    package var isInternationalized = false

    /// What kind of octets the client says it sends.
    package enum Body: String, Sendable, Hashable {
        /// ASCII only.
        case sevenBit = "7BIT"
        /// All octets, in lines.
        case eightBitMIME = "8BITMIME"
    }

    /// No parameters.
    package init() {}

    /// Takes one parameter in; gives the reply if it cannot be.
    mutating func take(_ parameter: ESMTPParameter) -> Reply? {
        switch parameter.keyword {
        case "SIZE":
            // 20 digits are the most RFC 1870, section 3, allows; what does not fit an Int is larger than any limit.
            guard size == nil, let value = parameter.value, (1...20).contains(value.utf8.count),
                value.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else { return .badParameter }
            size = Int(value) ?? .max
        case "BODY":
            guard body == nil, let value = parameter.value, let kind = Body(rawValue: value.uppercased()) else {
                return .badParameter
            }
            body = kind
        case "SMTPUTF8":
            guard !isInternationalized, parameter.value == nil else { return .badParameter }
            isInternationalized = true
        default:
            return .unknownParameter
        }
        return nil
    }
}
