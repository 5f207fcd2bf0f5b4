/// Percent-encoding of URI components (RFC 3986, section 2.1).
package enum PercentCoding {
    /// The text with everything but unreserved characters encoded.
    package static func encode(_ text: String) -> String {
        var result = ""
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(octet))
            default:
                result += "%" + (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
            }
        }
        return result
    }

    /// Swift reads a sign as part of a number.
    private static func isHexDigit(_ octet: UInt8) -> Bool { Character(Unicode.Scalar(octet)).isHexDigit }

    /// The text behind an encoded one (`+` is a space); `nil` if it is malformed or not UTF-8.
    package static func decode(_ text: some StringProtocol) -> String? {
        var octets: [UInt8] = []
        var rest = Substring(text).utf8[...]
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "+"): octets.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = rest.prefix(2)
                guard digits.count == 2, digits.allSatisfy(isHexDigit), let digitText = String(digits),
                    let value = UInt8(digitText, radix: 16)
                else {
                    return nil
                }
                octets.append(value)
                rest = rest.dropFirst(2)
            default: octets.append(octet)
            }
        }
        return String(validating: octets, as: UTF8.self)
    }
}
