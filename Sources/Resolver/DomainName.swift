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
        var name = name
        let form = name.withUTF8(Form.init)
        guard let form else { return nil }
        // Most names are written as they are kept.
        text =
            form.isKept
            ? name
            : String(
                decoding: name.utf8.prefix(form.count).map { DomainName.isUpper($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    /// How a name is written.
    private struct Form {
        /// Its octets without the dot at the end.
        let count: Int
        /// Whether it is written as it is kept: in lower case and without that dot.
        let isKept: Bool

        /// Fails on what is no name.
        init?(_ octets: UnsafeBufferPointer<UInt8>) {
            let dot = UInt8(ascii: ".")
            count = octets.last == dot ? octets.count - 1 : octets.count
            guard count <= DomainName.maximumLength else { return nil }
            var label = 0
            var isLower = true
            for octet in octets[..<count] {
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
            isKept = isLower && count == octets.count
        }
    }

    private static func isUpper(_ octet: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet) }

    /// Whether this is `ancestor` or lies below it.
    package func isWithin(_ ancestor: DomainName) -> Bool {
        text == ancestor.text || text.utf8.count > ancestor.text.utf8.count && text.hasSuffix("." + ancestor.text)
    }

    /// The labels of the name; never empty.
    package var labels: [Substring] { text.split(separator: ".", omittingEmptySubsequences: false) }
}
