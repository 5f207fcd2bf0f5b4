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
}
