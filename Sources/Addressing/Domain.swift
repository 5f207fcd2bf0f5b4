/// A domain's name in the form in which two of them are compared: lower case, no dot at the end.
public struct Domain: Sendable, Hashable, CustomStringConvertible {
    /// The name.
    public let description: String

    /// Reads a name such as `Example.ORG`; a dot at the end, as DNS writes it, is dropped.
    public init(parsing text: some StringProtocol) throws(AddressError) {
        let octets = ArraySlice(text.utf8)
        var scanner = AddressScanner(octets.last == .dot ? octets.dropLast() : octets)
        description = try scanner.domain()
        try scanner.end()
    }

    /// The same; nil for what is no such name.
    public init?(_ text: some StringProtocol) {
        do throws(AddressError) { try self.init(parsing: text) } catch { return nil }
    }

    /// The labels, from left to right.
    public var labels: [Substring] { description.split(separator: ".") }
}
