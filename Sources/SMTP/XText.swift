/// Text in which `+2B` stands for `+` and so on, so that it fits a parameter (RFC 3461, section 4).
enum XText {
    /// What the text means; `nil` if it is not well-formed, not UTF-8, or has control characters.
    static func decode(_ text: some StringProtocol) -> String? {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            switch octet {
            case plus:
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                octets.append(high << 4 | low)
            case 0x21...0x7E where octet != equals: octets.append(octet)
            default: return nil
            }
        }
        guard octets.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
        return String(validating: octets, as: UTF8.self)
    }

    /// Hexadecimal digits have capitals here (RFC 3461, section 4).
    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet - 0x30
        case 0x41...0x46: octet - 0x41 + 10
        default: nil
        }
    }

    private static let plus: UInt8 = 0x2B
    private static let equals: UInt8 = 0x3D
}
