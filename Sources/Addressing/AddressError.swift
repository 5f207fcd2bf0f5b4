/// Why a text is not an address.
public struct AddressError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// There is nothing before the `@`, or two dots meet, or one stands at an end.
        case emptyAtom
        /// An octet that may not stand in a local part without quotes, or at all.
        case localPartOctet
        /// A quoted local part without its closing quote.
        case openQuote
        /// No `@` after the local part.
        case missingDomain
        /// A label of the domain is empty, or starts or ends with a hyphen.
        case domainLabel
        /// An octet that may not stand in a domain.
        case domainOctet
        /// An address literal that is neither `[192.0.2.1]` nor `[IPv6:2001:db8::1]`.
        case addressLiteral
        /// A path without its angle brackets.
        case missingBracket
        /// A source route that is not `@one.example,@two.example:`.
        case sourceRoute
        /// Octets that are not UTF-8.
        case notUTF8
        /// Something after the end of the address.
        case trailingText
        /// Longer than ``AddressLimits/localPart``.
        case localPartTooLong
        /// A label longer than ``AddressLimits/label``.
        case labelTooLong
        /// Longer than ``AddressLimits/domain``.
        case domainTooLong
        /// Longer than ``AddressLimits/mailbox``.
        case mailboxTooLong
    }

    /// What is wrong.
    public let kind: Kind
    /// Where, in octets from the beginning of what was parsed.
    public let offset: Int

    /// An error at an offset.
    public init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// What is wrong, where, and what would be right.
    public var description: String { "\(explanation), at octet \(offset)" }

    private var explanation: String {
        switch kind {
        case .emptyAtom: "the local part is empty or has a dot too many"
        case .localPartOctet: "the local part has a character that must be quoted or is not allowed"
        case .openQuote: "the quoted local part has no closing quote"
        case .missingDomain: "the address has no @ and domain"
        case .domainLabel: "a label of the domain is empty or has a hyphen at its end"
        case .domainOctet: "the domain has a character that is not a letter, a digit, a hyphen or a dot"
        case .addressLiteral: "the address literal must be such as [192.0.2.1] or [IPv6:2001:db8::1]"
        case .missingBracket: "the path must stand in angle brackets"
        case .sourceRoute: "the source route must be such as @one.example,@two.example:"
        case .notUTF8: "the address is not UTF-8"
        case .trailingText: "there is something after the end of the address"
        case .localPartTooLong: "the local part is longer than \(AddressLimits.localPart) octets"
        case .labelTooLong: "a label of the domain is longer than \(AddressLimits.label) octets"
        case .domainTooLong: "the domain is longer than \(AddressLimits.domain) octets"
        case .mailboxTooLong: "the address is longer than \(AddressLimits.mailbox) octets"
        }
    }
}
