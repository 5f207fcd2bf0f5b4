import CIDN2

/// Domain names as the DNS has them.
package enum DomainEncoding {
    /// The longest name that is looked at: four octets of UTF-8 for each of the 255 that the DNS can carry.
    private static let maximumLength = 1_020

    /// A name in lower case, with A-labels in the place of U-labels (RFC 5890, section 2.3.2.1; conversion by UTS 46
    /// without its transitional part).
    ///
    /// Names of ASCII are not checked any further.
    ///
    /// - Returns: nil where a label is no word of any language's, as IDNA 2008 (RFC 5892) defines them, or too long.
    package static func ascii(_ name: String) -> String? {
        var written = name
        let (hasCapitals, isASCII) = written.withUTF8 { octets in
            // Without a way out of the loop the compiler looks at many octets at once.
            var (capitals, high): (UInt8, UInt8) = (0, 0)
            for octet in octets {
                capitals |= octet &- 0x41 < 26 ? 1 : 0
                high |= octet
            }
            return (capitals != 0, high < 0x80)
        }
        if isASCII { return hasCapitals ? name.lowercased() : name }
        guard name.utf8.count <= maximumLength, !name.utf8.contains(0) else { return nil }
        var output: UnsafeMutablePointer<UInt8>?
        let flags = Int32(IDN2_NONTRANSITIONAL.rawValue | IDN2_NFC_INPUT.rawValue)
        let status = name.withCString(encodedAs: UTF8.self) { idn2_lookup_u8($0, &output, flags) }
        guard status == IDN2_OK.rawValue, let output else { return nil }
        defer { idn2_free(output) }
        return String(cString: output)
    }
}
