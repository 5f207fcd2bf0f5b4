import Addressing
import Bytes

extension ServerSession {
    /// MAIL FROM (RFC 5321, section 4.1.1.2).
    mutating func mail(_ argument: ArraySlice<UInt8>) -> Step? {
        switch state {
        case .unidentified: return fail(.helloFirst)
        case .transaction: return fail(.nestedMail)
        case .connecting, .refused, .ready, .data, .closed: break
        }
        guard let text = argument.dropping("FROM:") else { return fail(.syntax) }
        var scanner = AddressScanner(text, localPartLength: .tolerated)
        let sender: ReversePath
        do {
            sender = try scanner.reversePath()
        } catch {
            return fail(.badSender)
        }
        var parameters = MailParameters()
        if let refusal = take(text[scanner.position...], into: &parameters) { return fail(refusal) }
        if case .address(let address) = sender, address.isInternationalized, !parameters.isInternationalized {
            return fail(.needsSMTPUTF8)
        }
        guard parameters.size ?? 0 <= configuration.messageLimit else { return fail(.messageTooLarge) }
        self.parameters = parameters
        return ask(.mail, .mail(sender))
    }

    private func take(_ octets: ArraySlice<UInt8>, into parameters: inout MailParameters) -> Reply? {
        guard let given = ESMTPParameter.all(in: octets) else { return .syntax }
        guard isExtended || given.isEmpty else { return .unknownParameter }
        for parameter in given {
            if let refusal = parameters.take(parameter) { return refusal }
        }
        return nil
    }

    /// RCPT TO (RFC 5321, section 4.1.1.3).
    mutating func recipient(_ argument: ArraySlice<UInt8>) -> Step? {
        guard state == .transaction else { return fail(state == .unidentified ? .helloFirst : .mailFirst) }
        hasTriedRecipients = true
        guard let text = argument.dropping("TO:") else { return fail(.syntax) }
        var scanner = AddressScanner(text)
        let address: EmailAddress
        do {
            switch try scanner.forwardPath() {
            case .address(let given): address = given
            case .postmaster:
                address = EmailAddress(localPart: "postmaster", domain: configuration.postmasterDomain)
            }
        } catch {
            return fail(.badRecipient)
        }
        guard let given = ESMTPParameter.all(in: text[scanner.position...]) else { return fail(.syntax) }
        // No extension that we offer has a parameter here.
        guard given.isEmpty else { return fail(.unknownParameter) }
        guard !address.isInternationalized || parameters.isInternationalized else { return fail(.needsSMTPUTF8) }
        // A client with more recipients sends a second message to the rest (RFC 5321, section 4.5.3.1.10): no mistake.
        guard recipients < configuration.recipientLimit else { return say(.tooManyRecipients) }
        return ask(.recipient, .recipient(address))
    }

    /// DATA (RFC 5321, section 4.1.1.4).
    mutating func data() -> Step? {
        guard state == .transaction else { return fail(state == .unidentified ? .helloFirst : .mailFirst) }
        guard recipients > 0 else { return fail(hasTriedRecipients ? .noValidRecipients : .recipientFirst) }
        let expected = min(parameters.size ?? 0, SessionLimits.reservedForDeclaredSize)
        buffer = MessageBuffer(limit: configuration.messageLimit, expecting: expected)
        decoder = DataDecoder()
        hops = HopCounter()
        dataRefusal = nil
        state = .data
        return say(.startData)
    }

    /// Hands over what has gathered of a large message.
    mutating func handOver() -> Step? {
        let piece = buffer.takePiece()
        piece.withUnsafeBytes { hops.read($0) }
        guard !hops.isLooping else {
            refuseData(.mailLoop)
            return nil
        }
        return ask(.content, .content(piece))
    }

    /// Keeps nothing more of the message; the reply can only be given when all of it has come.
    mutating func refuseData(_ reply: Reply) {
        dataRefusal = reply
        buffer.discard()
    }

    /// The end of the data: the message goes to whom it may concern, or is refused as it is.
    mutating func endOfData() -> Step? {
        progress += 1
        // Nothing but the answer is to come, and a command is not data any more.
        state = .transaction
        let refusal: Reply?
        if let dataRefusal {
            refusal = dataRefusal
        } else if buffer.isOverflowing {
            refusal = .messageTooLarge
        } else if decoder.hasBareNewline, configuration.bareNewlines == .refuse {
            refusal = .bareNewlineInData
        } else {
            refusal = nil
        }
        guard refusal == nil else {
            reset()
            return refusal.flatMap { fail($0) }
        }
        let message = buffer.take()
        message.withUnsafeBytes { hops.read($0) }
        guard !hops.isLooping else {
            reset()
            return fail(.mailLoop)
        }
        return ask(.message, .message(message))
    }
}
