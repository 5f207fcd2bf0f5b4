/// One mailbox of an address field (RFC 5322, section 3.4).
public struct MailAddress: Sendable, Hashable {
    /// The name that is shown, decoded; `nil` if there is none.
    public let displayName: String?
    /// What stands before the at sign, without quotes.
    public let localPart: String
    /// What stands behind the at sign, as written; empty for a local name such as `root`.
    public let domain: String

    /// A mailbox.
    public init(displayName: String? = nil, localPart: String, domain: String) {
        self.displayName = displayName
        self.localPart = localPart
        self.domain = domain
    }
}

extension MailAddress: CustomStringConvertible {
    /// The address alone, `local@domain`, quoted where the grammar wants it.
    public var description: String {
        domain.isEmpty ? quotedLocalPart : "\(quotedLocalPart)@\(domain)"
    }

    private var quotedLocalPart: String { isDotAtom ? localPart : Self.quoted(localPart) }

    /// Whether the local part needs no quotes (RFC 5322, section 3.2.3).
    private var isDotAtom: Bool {
        var isBetweenAtoms = true
        for octet in localPart.utf8 {
            if octet == ASCII.dot {
                if isBetweenAtoms { return false }
                isBetweenAtoms = true
            } else {
                guard Self.isAtomText(octet) else { return false }
                isBetweenAtoms = false
            }
        }
        return !isBetweenAtoms
    }

    /// A text as a quoted string (RFC 5322, section 3.2.4).
    static func quoted(_ text: String) -> String {
        let escaped = text.utf8.flatMap { octet in
            octet == ASCII.quote || octet == ASCII.backslash ? [ASCII.backslash, octet] : [octet]
        }
        return "\"\(String(decoding: escaped, as: UTF8.self))\""
    }

    /// Whether an octet may stand in an atom (RFC 5322, section 3.2.3; RFC 6532, section 3.2).
    static func isAtomText(_ octet: UInt8) -> Bool {
        if octet >= 0x80 || ASCII.isLetter(octet) || ASCII.isDigit(octet) { return true }
        switch octet {
        case 0x21, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2A, 0x2B, 0x2D, 0x2F, 0x3D, 0x3F, 0x5E, 0x5F, 0x60, 0x7B, 0x7C,
            0x7D, 0x7E:
            return true
        default: return false
        }
    }
}
