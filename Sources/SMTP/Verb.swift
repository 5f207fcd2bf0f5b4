/// The first word of a command.
package enum Verb: String, Sendable, CaseIterable {
    case helo = "HELO"
    case ehlo = "EHLO"
    case mail = "MAIL"
    case rcpt = "RCPT"
    case data = "DATA"
    case rset = "RSET"
    case noop = "NOOP"
    case quit = "QUIT"
    case vrfy = "VRFY"
    case expn = "EXPN"
    case help = "HELP"
    // Known and not offered here (RFC 5321, section 4.2.4: 502).
    case starttls = "STARTTLS"
    case auth = "AUTH"
    case bdat = "BDAT"
    case etrn = "ETRN"
    case atrn = "ATRN"
    case turn = "TURN"
    case send = "SEND"
    case soml = "SOML"
    case saml = "SAML"
    case lhlo = "LHLO"
    case xclient = "XCLIENT"
    // Not SMTP: a web browser or proxy was made to talk to us.
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case head = "HEAD"
    case options = "OPTIONS"
    case connect = "CONNECT"

    /// Reads a word in any letter case; `nil` if it is no verb we know.
    init?(_ word: UnsafeRawBufferPointer) {
        guard let packed = Self.packed(word), let verb = Self.known[packed] else { return nil }
        self = verb
    }

    /// Up to eight letters as one number, so that a look-up is one comparison.
    private static func packed(_ word: some Collection<UInt8>) -> UInt64? {
        guard (1...8).contains(word.count) else { return nil }
        var packed: UInt64 = 0
        for octet in word {
            let upper = octet & 0xDF
            guard (0x41...0x5A).contains(upper) else { return nil }
            packed = packed << 8 | UInt64(upper)
        }
        return packed
    }

    private static let known: [UInt64: Verb] = allCases.reduce(into: [:]) { known, verb in
        if let packed = packed(verb.rawValue.utf8) { known[packed] = verb }
    }
}
