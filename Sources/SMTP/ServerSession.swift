package import Addressing
package import Bytes

/// The server's side of one SMTP session: octets in; replies, questions and messages out (RFC 5321).
///
/// It does no I/O and knows no clock. The owner gives it what arrives (``receive(_:)``), sends what ``takeOutput()``
/// hands out, and does what the ``Step`` says. Where the session needs a decision it asks a ``Question`` and goes on
/// when ``answer(_:)`` brings the result; what the client sends meanwhile waits in the session, up to a bound. The 250
/// that makes us responsible for a message comes from ``acknowledge(_:)`` alone.
package struct ServerSession: ~Copyable {
    /// What the owner does next, after sending the output.
    package enum Step: Sendable, Equatable {
        /// Read more from the client.
        case read
        /// Find the answer to a question.
        case ask(Question)
        /// Wait for the answer that is being found.
        case wait
        /// Encrypt the connection, beginning right behind the output, and say so with ``ServerSession/secure(_:)``.
        case startTLS
        /// Close the connection.
        case close
    }

    /// A decision that is not the session's.
    package enum Question: Sendable, Equatable {
        /// May this client talk to us?
        case connect
        /// May this sender's mail come in?
        case mail(ReversePath)
        /// May it go to this recipient?
        case recipient(EmailAddress)
        /// Who is the client? This is what it says.
        case authenticate(Authentication)
        /// May the client talk to us that this trusted one speaks for?
        case connectFor(ForwardedClient)
        /// The client has made so many mistakes that the reply to the last should not come at once: is it time?
        case pause
        /// Here is the beginning or a further piece of a message that is too large to be kept in memory; the rest comes
        /// with ``message(_:)``, unless ``ServerSession/hasHandedOver`` says that it never will.
        case content(Octets)
        /// Here is the whole message, or the rest of one whose beginning was handed over: who answers with
        /// ``ServerSession/acknowledge(_:except:)`` has it safe.
        case message(Octets)
    }

    /// The answer to a question about a connection, a sender, a recipient or a piece, or a message that is not accepted.
    package enum Answer: Sendable, Equatable {
        /// Yes.
        case proceed
        /// No, and this is the reply (4yz or 5yz).
        case refuse(Reply)
        /// No, with a reply for each recipient, in their order; only where the protocol has one for each.
        case refuseEach([Reply])
        /// The next words of the exchange about who the client is.
        case challenge([UInt8])
        /// The client is this user.
        case authenticated(String)
    }

    /// The client's side of an AUTH exchange (RFC 4954), decoded.
    package enum Authentication: Sendable, Equatable {
        /// The mechanism in capitals, and what came with it.
        case start(mechanism: String, response: [UInt8]?)
        /// The answer to a challenge.
        case response([UInt8])
    }

    /// Where in the dialogue the session is.
    package enum State: Sendable, Hashable, CaseIterable {
        /// Before the greeting.
        case connecting
        /// Greeted with a refusal; only QUIT is left (RFC 5321, section 3.1).
        case refused
        /// Before HELO or EHLO.
        case unidentified
        /// Between messages.
        case ready
        /// After MAIL.
        case transaction
        /// In the data.
        case data
        /// In the octets of a BDAT command.
        case chunk
        /// Between STARTTLS and the end of the handshake.
        case securing
        /// In an AUTH exchange; the next line is no command.
        case authenticating
        /// Over.
        case closed
    }

    /// Where in the dialogue the session is.
    package internal(set) var state = State.connecting
    /// The name given with HELO or EHLO.
    package internal(set) var hello = ""
    /// Whether the client said EHLO.
    package internal(set) var isExtended = false
    /// How the connection is encrypted; `nil` if it is not.
    package internal(set) var tls: TLSDetails?
    /// Who the client is, once it has shown that.
    package internal(set) var user: String?
    /// The parameters of the last MAIL.
    package internal(set) var parameters = MailParameters()
    /// The parameters of the last RCPT.
    package internal(set) var recipientParameters = RecipientParameters()
    /// How many commands and messages have ended; the clock of the client's patience starts anew with each.
    package internal(set) var progress = 0
    /// Whether the client has ended the session itself and so waits for nothing after the output.
    package internal(set) var isEndedByClient = false
    /// How many replies told the client about its mistakes since the last message was accepted.
    package internal(set) var errors = 0

    /// The last reply of a session that we ended; `nil` if the client did.
    package internal(set) var farewell: Reply?
    /// How many messages were accepted.
    package internal(set) var acceptedMessages = 0
    /// From this size on a message is handed over in pieces; the owner lowers it while memory is short.
    package var wholeMessageLimit = SessionLimits.wholeMessage

    /// What the last message came to, if it was lost; the owner takes it with ``takeLostContent()``.
    var lostContent: LostContent?

    let configuration: Configuration
    var open: OpenQuestion?
    var output: [UInt8] = []
    var waiting = WaitingInput()
    var skipped = 0
    var idleCommands = 0
    var recipients = 0
    var hasTriedRecipients = false
    var allowsXCLIENT = false
    var authenticationRounds = 0
    var isDraining = false
    var isInputOver = false
    var chunk = Chunk()
    var isChunked = false
    var lineEnds = LineEnds()
    var decoder = DataDecoder()
    var buffer: MessageBuffer
    var hops = HopCounter()
    /// The reply that waits for the answer to ``Question/pause``.
    var delayed: Reply?
    /// Why the message in progress will not be taken, decided before its end.
    var dataRefusal: Reply?

    /// A question that waits for its answer.
    enum OpenQuestion {
        case connect, mail, recipient, content, message, authentication, pause
    }

    /// A session that has not begun.
    package init(_ configuration: Configuration) {
        self.configuration = configuration
        buffer = MessageBuffer(limit: configuration.messageLimit)
    }

    /// Whether what comes is a message's content and not a command.
    package var isInContent: Bool { state == .data || state == .chunk }

    /// Whether a question waits for its answer.
    package var isWaiting: Bool { open != nil }

    /// Whether the client has sent more than the open question needed.
    package var hasInputWaitingForAnswer: Bool { open != nil && !waiting.isEmpty }

    /// Whether pieces of the message in progress were handed over; who has them lets them go once this is not so any
    /// more without the message having come.
    package var hasHandedOver: Bool { buffer.handedOver > 0 }

    /// How many octets of input the session keeps in memory.
    package var octetsInMemory: Int { buffer.count + waiting.count }

    /// Begins; asks ``Question/connect``.
    ///
    /// A connection may be encrypted from its beginning; a client that is allowed XCLIENT may speak for others.
    package mutating func begin(over tls: TLSDetails? = nil, allowingXCLIENT: Bool = false) -> Step {
        self.tls = tls
        self.allowsXCLIENT = allowingXCLIENT
        return ask(.connect, .connect)
    }

    /// Takes in what has arrived.
    package mutating func receive(_ input: UnsafeRawBufferPointer) -> Step {
        guard state != .closed else { return .close }
        // What came before the handshake was not protected by it: it must never be read as if it had been.
        guard state != .securing else { return .wait }
        if open != nil || !waiting.isEmpty {
            waiting.append(input)
            guard waiting.count <= SessionLimits.waitingInput else { return end(.tooMuchInput) }
            return open == nil ? advance() : .wait
        }
        let (consumed, step) = process(input)
        if step != .startTLS { waiting.append(UnsafeRawBufferPointer(rebasing: input[consumed...])) }
        return step
    }

    /// Hears that the client sends nothing more; what it has sent is still served.
    package mutating func endInput() -> Step {
        isInputOver = true
        isEndedByClient = true
        guard state != .closed else { return .close }
        return open == nil ? end() : .wait
    }

    /// Hears that the connection is gone.
    package mutating func disconnect() {
        isEndedByClient = true
        if state != .closed { _ = end() }
    }

    /// What came of a message that was lost since the last call.
    package mutating func takeLostContent() -> LostContent? {
        defer { lostContent = nil }
        return lostContent
    }

    /// Ends a session in which nothing came for too long (RFC 5321, section 4.5.3.2).
    package mutating func timeOut() -> Step {
        state == .closed ? .close : end(.timeout)
    }

    /// Ends a session that would go on for too long while the server stops.
    package mutating func cutOff() -> Step {
        state == .closed ? .close : end(.shuttingDown)
    }

    /// Lets a message in progress finish, then ends the session; at once if there is none.
    package mutating func drain() -> Step {
        isDraining = true
        guard state != .closed else { return .close }
        guard open == nil else { return .wait }
        return isBetweenMessages ? end(.shuttingDown) : .read
    }

    /// The octets to send; empty afterwards.
    package mutating func takeOutput() -> [UInt8] {
        let taken = output
        output = []
        return taken
    }

    // MARK: The stream

    /// Goes on with the input that has waited.
    mutating func advance() -> Step {
        guard state != .closed else { return .close }
        if isDraining, isBetweenMessages { return end(.shuttingDown) }
        let input = waiting.take()
        let (consumed, step) = input.withUnread { process($0) }
        if step != .startTLS { waiting.putBack(input, consumed: consumed) }
        return step == .read && isInputOver ? end() : step
    }

    /// Works on input until it is used up or a step needs the owner.
    private mutating func process(_ input: UnsafeRawBufferPointer) -> (consumed: Int, Step) {
        var position = 0
        while position < input.count {
            let rest = UnsafeRawBufferPointer(rebasing: input[position...])
            let (consumed, step) =
                switch state {
                case .data: processData(rest)
                case .chunk: processChunk(rest)
                default: processLine(rest)
                }
            position += consumed
            if let step { return (position, step) }
            if consumed == 0 { break }
            if isDraining, isBetweenMessages { return (position, end(.shuttingDown)) }
        }
        return (position, .read)
    }

    private mutating func processData(_ input: UnsafeRawBufferPointer) -> (consumed: Int, Step?) {
        let part = UnsafeRawBufferPointer(rebasing: input.prefix(SessionLimits.piece))
        let (count, isComplete) = decoder.decode(part, into: &buffer)
        if isComplete { return (count, endOfData()) }
        return (count, handOver())
    }

    private mutating func processLine(_ input: UnsafeRawBufferPointer) -> (consumed: Int, Step?) {
        let feed = input.firstIndex(of: 0x0A, from: 0)
        let isWhole = feed < input.count
        let length = feed + (isWhole ? 1 : 0)
        let limit = state == .authenticating ? SessionLimits.authenticationLine : SessionLimits.commandLine
        guard skipped + length <= limit else {
            skipped += length
            guard skipped <= SessionLimits.skippedLine else { return (length, end(.tooMuchInput)) }
            guard isWhole else { return (length, nil) }
            skipped = 0
            return (length, state == .authenticating ? cancelAuthentication(.lineTooLong) : fail(.lineTooLong))
        }
        guard isWhole else { return (0, nil) }
        let line = UnsafeRawBufferPointer(rebasing: input[..<feed])
        guard line.last == 0x0D else { return (length, fail(.bareLineFeed)) }
        let text = UnsafeRawBufferPointer(rebasing: line.dropLast())
        return (length, state == .authenticating ? authenticationLine(text) : command(text))
    }

    /// Whether the session may end without a message being lost half-way.
    package var isBetweenMessages: Bool {
        switch state {
        case .transaction, .data, .chunk: false
        case .connecting, .refused, .unidentified, .ready, .securing, .authenticating, .closed: true
        }
    }
}
