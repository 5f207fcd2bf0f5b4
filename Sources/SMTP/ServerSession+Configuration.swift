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
        /// Which protocol is spoken.
        package var dialect = Dialect.smtp
        /// Whether a client can, or must, encrypt the connection by STARTTLS.
        package var startTLS = StartTLS.unavailable
        /// The SASL mechanisms by which a client can say who it is, such as `PLAIN`; only under TLS.
        package var mechanisms: [String] = []
        /// Whether a client must show who it is before it may send mail (RFC 6409, section 4.3).
        package var requiresAuthentication = false
        /// So many mistakes are answered at once; each further reply waits for the answer to ``Question/pause``.
        package var patientErrors = Int.max
        /// Commands that are answered as if they did not exist.
        package var disabledCommands: Set<OptionalCommand> = []
        /// Whether what a client says about reports is taken, because somebody sends them (RFC 3461).
        package var offersDSN = false

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

    /// Which protocol is spoken.
    package enum Dialect: String, Sendable, Hashable, CaseIterable {
        /// Between servers.
        case smtp
        /// To the server that has the mailboxes: LHLO, and a reply for each recipient after the data (RFC 2033).
        case lmtp

        /// What the greeting calls it.
        var greeting: String { self == .smtp ? "ESMTP" : "LMTP" }
    }

    /// What a client may do about encryption (RFC 3207).
    package enum StartTLS: String, Sendable, Hashable, CaseIterable {
        /// There is no certificate.
        case unavailable
        /// It may encrypt.
        case offered
        /// It must, before it may send mail; not for servers that take mail from everybody (RFC 3207, section 4).
        case required
    }

    /// A command that no mail needs; EXPN is always refused, since there are no lists (RFC 5321, section 3.5.3).
    package enum OptionalCommand: String, Sendable, Hashable, CaseIterable {
        /// VRFY, which is answered with 252 for every name.
        case vrfy
        /// HELP, which names the standard.
        case help
    }

    /// What may be asked for on this connection, as it is now.
    var extensions: ExtensionSet {
        var extensions: ExtensionSet = []
        if tls != nil { extensions.insert(.requireTLS) }
        if tls == nil, configuration.startTLS != .unavailable { extensions.insert(.startTLS) }
        if tls != nil, !configuration.mechanisms.isEmpty { extensions.insert(.auth) }
        if configuration.offersDSN { extensions.insert(.dsn) }
        if allowsXCLIENT { extensions.insert(.xclient) }
        return extensions
    }

    /// The protocol's name for the `Received:` field (RFC 3848; RFC 6531, section 4.3).
    package var transport: String {
        let security = (tls == nil ? "" : "S") + (user == nil ? "" : "A")
        switch configuration.dialect {
        case .lmtp: return (parameters.isInternationalized ? "UTF8LMTP" : "LMTP") + security
        case .smtp where parameters.isInternationalized: return "UTF8SMTP" + security
        // Whoever has not said EHLO cannot have encrypted by STARTTLS, but a listener may be encrypted as a whole.
        case .smtp: return (isExtended || !security.isEmpty ? "ESMTP" : "SMTP") + security
        }
    }
}
