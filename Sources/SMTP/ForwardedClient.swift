import Addressing

/// What a trusted proxy says about the client it speaks for, by Postfix's XCLIENT command.
package struct ForwardedClient: Sendable, Equatable {
    /// What XCLIENT says about one attribute.
    package enum Attribute<Value: Sendable & Equatable>: Sendable, Equatable {
        /// Nothing: it stays as it is.
        case unchanged
        /// There is none.
        case unavailable
        /// This.
        case given(Value)

        /// The value; `nil` if there is none.
        package var value: Value? {
            guard case .given(let value) = self else { return nil }
            return value
        }
    }

    /// The client's address.
    package var address = Attribute<String>.unchanged
    /// The client's port.
    package var port = Attribute<Int>.unchanged
    /// The client's name in the DNS.
    package var name = Attribute<String>.unchanged
    /// The name that the client gave itself.
    package var hello = Attribute<String>.unchanged
    /// Who the client is, as the proxy has found out.
    package var login = Attribute<String>.unchanged

    /// The protocol that the client spoke, such as `ESMTP`.
    package var transport = Attribute<String>.unchanged

    /// The attributes that are understood, as EHLO lists them.
    static let attributes = "NAME ADDR PORT PROTO HELO LOGIN"

    /// Nothing said yet.
    package init() {}

    /// Hears what a further command says.
    package mutating func update(with newer: ForwardedClient) {
        if newer.address != .unchanged { address = newer.address }
        if newer.port != .unchanged { port = newer.port }
        if newer.name != .unchanged { name = newer.name }
        if newer.hello != .unchanged { hello = newer.hello }
        if newer.login != .unchanged { login = newer.login }
        if newer.transport != .unchanged { transport = newer.transport }
    }

    /// Reads `NAME=… ADDR=…`; `nil` if it is not well-formed.
    init?(_ argument: ArraySlice<UInt8>) {
        let words = argument.split(separator: 0x20)
        guard !words.isEmpty else { return nil }
        for word in words {
            let text = String(decoding: word, as: UTF8.self)
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = Self.value(parts[1]), take(parts[0].uppercased(), value) else {
                return nil
            }
        }
    }

    private static func value(_ text: Substring) -> Attribute<String>? {
        switch text.uppercased() {
        case "[UNAVAILABLE]", "[TEMPUNAVAIL]": .unavailable
        default: XText.decode(text).map { .given($0) }
        }
    }

    private mutating func take(_ key: String, _ value: Attribute<String>) -> Bool {
        switch key {
        case "NAME": name = value
        case "HELO": hello = value
        case "LOGIN": login = value
        case "PROTO":
            guard value.value.map({ ["SMTP", "ESMTP"].contains($0.uppercased()) }) ?? true else { return false }
            transport = value.value.map { .given($0.uppercased()) } ?? .unavailable
        case "ADDR":
            guard let text = value.value else {
                address = .unavailable
                return true
            }
            let bare = text.uppercased().hasPrefix("IPV6:") ? String(text.dropFirst(5)) : text
            guard let literal = AddressLiteral(address: bare) else { return false }
            address = .given(literal.unmapped.address)
        case "PORT":
            guard let text = value.value else {
                port = .unavailable
                return true
            }
            guard let number = Int(text), (0...65_535).contains(number) else { return false }
            port = .given(number)
        default: return false
        }
        return true
    }
}
