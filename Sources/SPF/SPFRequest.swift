/// What a client said about itself and a message: the input of an SPF check.
package struct SPFRequest: Sendable, Equatable {
    /// The client's IPv4 or IPv6 address in text.
    package var clientAddress: String
    /// The name that the client gave with HELO or EHLO.
    package var helo: String
    /// The reverse-path without angle brackets; empty for the null path, whose check is of the HELO name.
    package var reversePath: String
    /// Our own name, for explanations.
    package var receiver: String

    /// A check of the reverse-path, or of the HELO name where that is empty (RFC 7208, section 2.4).
    package init(clientAddress: String, helo: String, reversePath: String, receiver: String) {
        self.clientAddress = clientAddress
        self.helo = helo
        self.reversePath = reversePath
        self.receiver = receiver
    }

    /// The local part that is checked; `postmaster` where there is none (RFC 7208, section 4.3).
    var localPart: String {
        guard let at, at > reversePath.startIndex else { return "postmaster" }
        return String(reversePath[..<at])
    }

    /// The domain whose policy is asked for.
    var domain: String {
        guard let at else { return reversePath.isEmpty ? helo : reversePath }
        return String(reversePath[reversePath.index(after: at)...])
    }

    private var at: String.Index? { reversePath.utf8.lastIndex(of: UInt8(ascii: "@")) }
}
