extension ServerSession {
    /// What the sessions of one server have in common.
    package struct Configuration: Sendable {
        /// The name the server gives itself.
        package var hostName: String
        /// The domain of `<Postmaster>`.
        package var postmasterDomain: String
        /// The largest message in octets.
        package var messageLimit: Int
        /// The most recipients of a message; at least 100 (RFC 5321, section 4.5.3.1.8).
        package var recipientLimit: Int
        /// So many mistakes or refusals without an accepted message end the session.
        package var errorLimit: Int
        /// So many commands without an accepted message, beside those that make up one, are patiently answered; each
        /// further one counts as a mistake.
        package var idleCommandLimit: Int
        /// What becomes of a CR or LF alone.
        package var bareNewlines: BareNewlines

        /// A configuration; the limits have the values that fit mail between servers.
        package init(
            hostName: String, postmasterDomain: String? = nil, messageLimit: Int = 25_000_000,
            recipientLimit: Int = 100, errorLimit: Int = 20, idleCommandLimit: Int = 100,
            bareNewlines: BareNewlines = .normalise
        ) {
            self.hostName = hostName
            self.postmasterDomain = postmasterDomain ?? hostName
            self.messageLimit = messageLimit
            self.recipientLimit = recipientLimit
            self.errorLimit = errorLimit
            self.idleCommandLimit = idleCommandLimit
            self.bareNewlines = bareNewlines
        }
    }

    /// The protocol's name for the `Received:` field (RFC 3848; RFC 6531, section 4.3).
    package var transport: String {
        if parameters.isInternationalized { return "UTF8SMTP" }
        return isExtended ? "ESMTP" : "SMTP"
    }
}
