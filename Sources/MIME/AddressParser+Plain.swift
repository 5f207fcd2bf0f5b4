extension AddressParser {
    /// The domain of a value that is one mailbox as nearly all are written, `Anna Smith <anna@example.org>`, which all
    /// readers read alike.
    ///
    /// - Returns: What ``allDomains(_:)`` would find; nothing for a value that is written in another way.
    static func plainDomain(_ value: UnsafeRawBufferPointer) -> String? {
        var cursor = Cursor(value)
        guard skipPlainName(&cursor), cursor.skip(ASCII.less) else { return nil }
        let local = cursor.take { $0 == ASCII.dot || isPlain($0) }
        guard !local.isEmpty, cursor.skip(ASCII.at) else { return nil }
        let domain = cursor.take { $0 == ASCII.dot || isPlain($0) }
        guard let last = domain.last, last != ASCII.dot, cursor.skip(ASCII.greater) else { return nil }
        cursor.skipBlanks()
        return cursor.isAtEnd ? String(decoding: domain, as: UTF8.self) : nil
    }

    /// Skips words and quoted strings of ASCII without an at sign; false within a quoted string.
    private static func skipPlainName(_ cursor: inout Cursor) -> Bool {
        var isQuoted = false
        while let octet = cursor.current {
            switch octet {
            case ASCII.quote: isQuoted.toggle()
            case ASCII.space, ASCII.dot: break
            case ASCII.comma where isQuoted: break
            default: guard isPlain(octet) else { return !isQuoted }
            }
            cursor.position += 1
        }
        return false
    }

    /// Whether an octet may stand in an atom (RFC 5322, section 3.2.3) and begins no encoded word.
    private static func isPlain(_ octet: UInt8) -> Bool {
        octet < 0x80 && octet != ASCII.equals && MailAddress.isAtomText(octet)
    }
}
