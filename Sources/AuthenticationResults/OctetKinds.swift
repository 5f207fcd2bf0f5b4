/// What an octet may be part of in a field of results (RFC 8601, section 2.2).
struct OctetKinds: OptionSet {
    let rawValue: UInt8

    /// Keywords: methods, results, types and names have lower-case letters, digits, `-` and `_`.
    static let keyword = OctetKinds(rawValue: 1)
    /// MIME tokens: visible ASCII but `"(),/:;<=>?@[\]` (RFC 2045, section 5.1).
    static let token = OctetKinds(rawValue: 2)
    /// Mailboxes of dot-atoms: letters, digits, ``.!#$%&'*+-/=?^_`{|}~`` (RFC 5322, section 3.2.3) and `@`.
    static let mailbox = OctetKinds(rawValue: 4)
    /// Any text on one line.
    static let clean = OctetKinds(rawValue: 8)

    /// The kinds of one octet.
    init(of octet: UInt8) {
        var kinds: OctetKinds = []
        switch octet {
        case 0x2D, 0x30...0x39, 0x5F, 0x61...0x7A: kinds.insert(.keyword)
        default: break
        }
        switch octet {
        case 0x22, 0x28, 0x29, 0x2C, 0x2F, 0x3A...0x40, 0x5B...0x5D: break
        case 0x21...0x7E: kinds.insert(.token)
        default: break
        }
        switch octet {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D...0x39, 0x3D, 0x3F...0x5A, 0x5E...0x7E: kinds.insert(.mailbox)
        default: break
        }
        if octet >= 0x20, octet != 0x7F { kinds.insert(.clean) }
        self = kinds
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    private static let table = (0...UInt8.max).map { OctetKinds(of: $0) }

    /// Calls `body` with the kinds of all octets, which are good during the call only: a look at each octet is one load.
    static func withTable<Result>(_ body: (_ kinds: UnsafeBufferPointer<OctetKinds>) -> Result) -> Result {
        table.withUnsafeBufferPointer(body)
    }

    /// What all octets of a text may be part of; everything if there are none.
    init(commonTo text: UnsafeBufferPointer<UInt8>) {
        self = Self.withTable { kinds in
            text.reduce(into: OctetKinds(rawValue: .max)) { $0.formIntersection(kinds[Int($1)]) }
        }
    }

    /// Whether a text of these kinds is a MIME token.
    func makeToken(_ text: UnsafeBufferPointer<UInt8>) -> Bool { contains(.token) && !text.isEmpty }

    /// Whether a text of these kinds is a MIME token, or a mailbox of dot-atoms, of which the local part may be missing.
    func makeTokenOrMailbox(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if contains(.token) { return !text.isEmpty }
        let (at, dot) = (UInt8(ascii: "@"), UInt8(ascii: "."))
        guard contains(.mailbox), let place = text.firstIndex(of: at) else { return false }
        let domain = text[(place + 1)...]
        return text[0] != dot && domain.first.map { $0 != dot } == true && !domain.contains(at)
    }
}
