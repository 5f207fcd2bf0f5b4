extension ServerSession {
    /// Obeys one command line, given without its line end; `nil` if the next can follow at once.
    mutating func command(_ line: UnsafeRawBufferPointer) -> Step? {
        progress += 1
        guard !line.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return fail(.controlCharacter) }
        let space = line.firstIndex(of: 0x20, from: 0)
        let verb = Verb(UnsafeRawBufferPointer(rebasing: line[..<space]))
        let argument = ArraySlice(line[min(space + 1, line.count)...])
        if verb == .bdat { return beginChunk(argument) }
        if state == .refused, verb != .quit { return fail(.connectionRefused) }
        switch verb {
        case .helo, .ehlo, .lhlo: return hello(verb, argument)
        case .starttls: return startTLS(argument)
        case .auth: return authenticate(argument)
        case .xclient: return forward(argument)
        case .mail: return mail(argument)
        case .rcpt: return recipient(argument)
        case .data: return argument.isBlank ? data() : fail(.syntax)
        case .rset: return argument.isBlank ? rset() : fail(.syntax)
        case .noop: return idle(.ok)
        case .vrfy where !configuration.disabledCommands.contains(.vrfy):
            return argument.isBlank ? fail(.syntax) : idle(.cannotVerify)
        case .help where !configuration.disabledCommands.contains(.help): return idle(.help)
        case .quit: return argument.isBlank ? quit() : fail(.syntax)
        case .vrfy, .help, .expn, .bdat, .etrn, .atrn, .turn, .send, .soml, .saml: return fail(.notImplemented)
        case .get, .post, .put, .head, .options, .connect:
            return state == .unidentified ? end(.notMail) : fail(.unknownCommand)
        case nil: return fail(.unknownCommand)
        }
    }

    /// HELO, EHLO or LHLO; an LMTP server takes the last alone, an SMTP server the others (RFC 2033, section 4.1).
    private mutating func hello(_ verb: Verb?, _ argument: ArraySlice<UInt8>) -> Step? {
        switch (configuration.dialect, verb) {
        case (.smtp, .lhlo): fail(.notImplemented)
        case (.lmtp, .helo), (.lmtp, .ehlo): fail(.unknownCommand)
        default: greet(argument, isExtended: verb != .helo)
        }
    }

    /// Ends a transaction (RFC 5321, section 4.1.4) and tells what we can do.
    ///
    /// Deviation: the name need not be a domain or an address literal, since a server may not refuse mail because of
    /// it and many real clients send something else.
    private mutating func greet(_ argument: ArraySlice<UInt8>, isExtended: Bool) -> Step? {
        let name = argument.trimmed
        guard !name.isEmpty, name.count <= SessionLimits.hello, !name.contains(0x20),
            let text = String(validating: name, as: UTF8.self)
        else { return fail(.syntax) }
        hello = text
        self.isExtended = isExtended
        state = .ready
        reset()
        return idle(Reply(250, nil, lines: [configuration.hostName] + (isExtended ? keywords : [])))
    }

    /// What EHLO offers: only what works on this connection as it is now.
    private var keywords: [String] {
        let extensions = extensions
        var keywords = [
            "PIPELINING", "SIZE \(configuration.messageLimit)", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES",
            "CHUNKING", "BINARYMIME", "LIMITS RCPTMAX=\(configuration.recipientLimit)",
        ]
        if extensions.contains(.dsn) { keywords.append("DSN") }
        if extensions.contains(.startTLS) { keywords.append("STARTTLS") }
        if extensions.contains(.requireTLS) { keywords.append("REQUIRETLS") }
        if extensions.contains(.auth) {
            keywords.append("AUTH \(configuration.mechanisms.joined(separator: " "))")
        }
        if extensions.contains(.xclient) { keywords.append("XCLIENT \(ForwardedClient.attributes)") }
        return keywords
    }

    private mutating func quit() -> Step {
        isEndedByClient = true
        return end(.goodbye)
    }

    private mutating func rset() -> Step? {
        reset()
        return idle(.ok)
    }

    /// Answers a command that brings no message nearer; endless ones are mistakes.
    mutating func idle(_ reply: Reply) -> Step? {
        idleCommands += 1
        return idleCommands > configuration.idleCommandLimit ? fail(reply) : say(reply)
    }
}

extension ArraySlice<UInt8> {
    /// Without the spaces around it.
    var trimmed: ArraySlice<UInt8> {
        var text = drop { $0 == 0x20 }
        while text.last == 0x20 { text.removeLast() }
        return text
    }

    /// Whether there is nothing but spaces.
    var isBlank: Bool { allSatisfy { $0 == 0x20 } }

    /// What stands behind a word such as `FROM:`, in any letter case; `nil` if it is not there.
    ///
    /// Deviation: spaces behind the colon are not allowed by RFC 5321, section 3.3, but real clients send them.
    func dropping(_ word: String) -> ArraySlice<UInt8>? {
        guard count >= word.utf8.count, zip(self, word.utf8).allSatisfy({ $0 == $1 || $0 & 0xDF == $1 }) else {
            return nil
        }
        return dropFirst(word.utf8.count).drop { $0 == 0x20 }
    }
}
