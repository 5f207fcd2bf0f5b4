import Addressing
import Bytes

extension ServerSession {
    /// MAIL FROM (RFC 5321, section 4.1.1.2).
    mutating func mail(_ argument: ArraySlice<UInt8>) -> Step? {
        guard state != .unidentified else { return fail(helloFirst) }
        guard state != .transaction else { return fail(.nestedMail) }
        guard tls != nil || configuration.startTLS != .required else { return fail(.tlsFirst) }
        guard user != nil || !configuration.requiresAuthentication else { return fail(.authenticationFirst) }
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
            if let refusal = parameters.take(parameter, offering: extensions) { return refusal }
        }
        return nil
    }

    /// RCPT TO (RFC 5321, section 4.1.1.3).
    mutating func recipient(_ argument: ArraySlice<UInt8>) -> Step? {
        guard state == .transaction else { return fail(state == .unidentified ? helloFirst : .mailFirst) }
        guard !isChunked else { return fail(.chunksBegun) }
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
        var parameters = RecipientParameters()
        if let refusal = take(text[scanner.position...], into: &parameters) { return fail(refusal) }
        guard !address.isInternationalized || self.parameters.isInternationalized else { return fail(.needsSMTPUTF8) }
        // A client with more recipients sends a second message to the rest (RFC 5321, section 4.5.3.1.10): no mistake.
        guard recipients < configuration.recipientLimit else { return say(.tooManyRecipients) }
        recipientParameters = parameters
        return ask(.recipient, .recipient(address))
    }

    private func take(_ octets: ArraySlice<UInt8>, into parameters: inout RecipientParameters) -> Reply? {
        guard let given = ESMTPParameter.all(in: octets) else { return .syntax }
        guard isExtended || given.isEmpty else { return .unknownParameter }
        for parameter in given {
            if let refusal = parameters.take(parameter, offering: extensions) { return refusal }
        }
        return nil
    }

    /// DATA (RFC 5321, section 4.1.1.4).
    mutating func data() -> Step? {
        if let refusal = refusalOfContent { return fail(refusal) }
        guard !isChunked else { return fail(.chunksBegun) }
        // Octets without lines have no end that DATA could find (RFC 3030, section 3).
        guard parameters.body != .binaryMIME else { return fail(.binaryNeedsChunks) }
        let expected = min(parameters.size ?? 0, SessionLimits.reservedForDeclaredSize)
        buffer = MessageBuffer(limit: configuration.messageLimit, expecting: expected)
        state = .data
        return say(.startData)
    }

    /// Why no content can come now; `nil` if it can.
    var refusalOfContent: Reply? {
        guard state == .transaction else { return state == .unidentified ? helloFirst : .mailFirst }
        guard recipients == 0 else { return nil }
        // RFC 2033, section 4.2, has the code of a wrong order here.
        let isLMTP = configuration.dialect == .lmtp
        return hasTriedRecipients && !isLMTP ? .noValidRecipients : .recipientFirst
    }

    /// Hands over what has gathered of a large message, once that is enough.
    mutating func handOver() -> Step? {
        guard buffer.count >= pieceLimit else { return nil }
        let piece = buffer.takePiece()
        piece.withUnsafeBytes { hops.read($0) }
        guard !hops.isLooping else {
            refuseContent(.mailLoop)
            return nil
        }
        return ask(.content, .content(piece))
    }

    private var pieceLimit: Int { hasHandedOver ? min(SessionLimits.piece, wholeMessageLimit) : wholeMessageLimit }

    /// Keeps nothing more of the message; the reply can only be given when all of the data, or of the chunk, has come.
    mutating func refuseContent(_ reply: Reply) {
        if state == .chunk { chunk.refusal = reply } else { dataRefusal = reply }
        buffer.discard()
    }

    /// The end of the data: the message goes to whom it may concern, or is refused as it is.
    mutating func endOfData() -> Step? {
        endOfContent(hasBareNewline: decoder.hasBareNewline)
    }

    /// The end of a message, whichever command brought it.
    mutating func endOfContent(hasBareNewline: Bool) -> Step? {
        progress += 1
        // Nothing but the answer is to come, and a command is not data any more.
        state = .transaction
        if let refusal = refusal(ofContentWithBareNewline: hasBareNewline) { return loseMessage(refusal) }
        let message = buffer.take()
        message.withUnsafeBytes { hops.read($0) }
        guard !hops.isLooping else { return loseMessage(.mailLoop) }
        return ask(.message, .message(message))
    }

    /// Refuses a message about which nobody is asked.
    mutating func loseMessage(_ reply: Reply) -> Step? {
        lostContent = LostContent(octets: buffer.received, reply: reply, isWhole: true)
        return refuseMessage(reply)
    }

    private func refusal(ofContentWithBareNewline hasBareNewline: Bool) -> Reply? {
        if let dataRefusal { return dataRefusal }
        if buffer.isOverflowing { return .messageTooLarge }
        return hasBareNewline && configuration.bareNewlines == .refuse ? .bareNewlineInData : nil
    }

    /// Refuses a whole message: once, or once for each recipient where the protocol has it so.
    mutating func refuseMessage(_ reply: Reply) -> Step? {
        let replies = configuration.dialect == .lmtp ? Array(repeating: reply, count: max(recipients, 1)) : [reply]
        return refuseMessage(replies)
    }

    /// Refuses a message with these replies; together they are one mistake.
    mutating func refuseMessage(_ replies: [Reply]) -> Step? {
        reset()
        for reply in replies.dropLast() { reply.write(to: &output) }
        return fail(replies.last ?? .localTrouble)
    }
}
