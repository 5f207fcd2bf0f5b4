extension ServerSession {
    /// AUTH (RFC 4954, section 4).
    mutating func authenticate(_ argument: ArraySlice<UInt8>) -> Step? {
        guard !configuration.mechanisms.isEmpty else { return fail(.notImplemented) }
        guard state != .unidentified, isExtended else { return fail(helloFirst) }
        guard tls != nil else { return fail(.tlsNeeded) }
        guard state == .ready else { return fail(.notInTransaction) }
        guard user == nil else { return fail(.alreadyAuthenticated) }
        let words = argument.split(separator: 0x20)
        guard (1...2).contains(words.count) else { return fail(.syntax) }
        let mechanism = String(decoding: words[0], as: UTF8.self).uppercased()
        guard configuration.mechanisms.contains(mechanism) else { return fail(.unknownMechanism) }
        var response: [UInt8]?
        if words.count == 2 {
            // A lone `=` is a response without octets.
            guard let decoded = words[1].elementsEqual("=".utf8) ? [] : Base64.decode(words[1]) else {
                return fail(.authenticationSyntax)
            }
            response = decoded
        }
        state = .authenticating
        authenticationRounds = 0
        return ask(.authentication, .authenticate(.start(mechanism: mechanism, response: response)))
    }

    /// A line of the exchange.
    mutating func authenticationLine(_ line: UnsafeRawBufferPointer) -> Step? {
        progress += 1
        authenticationRounds += 1
        if line.elementsEqual("*".utf8) { return cancelAuthentication(.authenticationCancelled) }
        guard let response = Base64.decode(line) else { return cancelAuthentication(.authenticationSyntax) }
        guard authenticationRounds <= SessionLimits.authenticationRounds else {
            return cancelAuthentication(.authenticationCancelled)
        }
        return ask(.authentication, .authenticate(.response(response)))
    }

    /// Ends the exchange without a user.
    mutating func cancelAuthentication(_ reply: Reply) -> Step? {
        state = .ready
        return fail(reply)
    }

    /// Goes on with the exchange, or ends it.
    mutating func answerAuthentication(_ answer: Answer) -> Step? {
        switch answer {
        case .challenge(let octets): return say(Reply(334, nil, Base64.encode(octets)))
        case .authenticated(let name):
            user = name
            state = .ready
            return say(.authenticated)
        case .proceed, .refuse, .refuseEach: return cancelAuthentication(answer.refusal)
        }
    }
}
