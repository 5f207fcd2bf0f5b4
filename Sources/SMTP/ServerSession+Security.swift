extension ServerSession {
    /// STARTTLS (RFC 3207).
    ///
    /// What the client has sent behind it in the clear is thrown away, whoever put it there.
    mutating func startTLS(_ argument: ArraySlice<UInt8>) -> Step? {
        guard argument.isBlank else { return fail(.syntax) }
        guard tls == nil else { return fail(.tlsActive) }
        guard extensions.contains(.startTLS) else { return fail(.notImplemented) }
        Reply.startTLS.write(to: &output)
        state = .securing
        return .startTLS
    }

    /// Hears that the handshake has succeeded: the dialogue begins anew, and nothing that was said before counts
    /// (RFC 3207, section 4.2).
    package mutating func secure(_ details: TLSDetails) -> Step {
        guard state == .securing else { return state == .closed ? .close : .read }
        tls = details
        hello = ""
        isExtended = false
        state = .unidentified
        progress += 1
        reset()
        return isDraining ? end(.shuttingDown) : .read
    }

    /// XCLIENT: a trusted proxy says whom it speaks for; the session begins anew with the greeting.
    mutating func forward(_ argument: ArraySlice<UInt8>) -> Step? {
        guard allowsXCLIENT else { return fail(.notImplemented) }
        guard state != .transaction else { return fail(.notInTransaction) }
        guard let client = ForwardedClient(argument) else { return fail(.syntax) }
        hello = ""
        isExtended = false
        user = client.login.value
        reset()
        state = .connecting
        return ask(.connect, .connectFor(client))
    }
}
