/// A user's address in the one spelling that the store compares.
///
/// The domain has no letter case (RFC 5321, section 2.4). The local part has none here either: what it means is up to
/// the host it belongs to, people type theirs either way, and two users who differ in letter case only could be taken
/// for each other.
struct UserAddress: Hashable, Sendable {
    /// The address in lower case.
    let text: String

    /// A local part of 64 octets, the sign, and a domain of 255 (RFC 5321, section 4.5.3.1).
    static let lengthLimit = 320

    /// The address; `nil` if it cannot be one.
    ///
    /// Only what would do harm in the store is refused; whether it is a good address was asked before.
    init?(_ written: String) {
        let octets = written.utf8
        guard octets.count <= Self.lengthLimit, !octets.contains(where: { $0 < 0x20 || $0 == 0x7F }),
            let sign = octets.lastIndex(of: UInt8(ascii: "@")), sign != octets.startIndex,
            octets.index(after: sign) != octets.endIndex
        else { return nil }
        text = written.lowercased()
    }
}
