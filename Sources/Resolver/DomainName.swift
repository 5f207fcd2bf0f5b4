/// A name that a DNS question can be composed from: lower-case text and its labels' wire form.
package struct DomainName: Hashable, Sendable {
    /// The longest name in text, without the dot at the end (RFC 1035, section 2.3.4: 255 octets on the wire).
    package static let maximumLength = 253
    /// The longest label (RFC 1035, section 2.3.4).
    package static let maximumLabelLength = 63

    /// The name in lower case, without the dot at the end.
    package let text: String

    /// Checks a name; fails on an empty one, on empty or long labels, and on a name that is too long.
    ///
    /// Labels may hold any octet but the dot: mail policies ask for names that no host would have.
    package init?(_ name: String) {
        let dot = UInt8(ascii: ".")
        let octets = name.utf8.last == dot ? name.utf8.dropLast() : name.utf8[...]
        guard octets.count <= DomainName.maximumLength else { return nil }
        var label = 0
        var isLower = true
        for octet in octets {
            if octet == dot {
                guard label > 0 else { return nil }
                label = 0
            } else {
                label += 1
                guard label <= DomainName.maximumLabelLength else { return nil }
                isLower = isLower && !DomainName.isUpper(octet)
            }
        }
        guard label > 0 else { return nil }
        // Most names are written as they are kept.
        text =
            isLower && octets.count == name.utf8.count
            ? name : String(decoding: octets.map { DomainName.isUpper($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func isUpper(_ octet: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet) }

    /// Whether this is `ancestor` or lies below it.
    package func isWithin(_ ancestor: DomainName) -> Bool {
        text == ancestor.text || text.utf8.count > ancestor.text.utf8.count && text.hasSuffix("." + ancestor.text)
    }

    /// The labels of the name; never empty.
    package var labels: [Substring] { text.split(separator: ".", omittingEmptySubsequences: false) }
}
