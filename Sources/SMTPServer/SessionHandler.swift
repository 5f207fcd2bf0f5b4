import Addressing
import Bytes
import Logging
import NIOCore
import NIOSSL
import NIOTLS
import SASL
import SMTP
import StageKit

/// Joins one connection to one ``ServerSession`` and the session to the pipeline.
///
/// Everything here runs on the connection's event loop. Where the pipeline must be asked, a task does it and comes back
/// to the loop; a phase without steps is answered at once. What is written during one read goes out in one flush.
final class SessionHandler: ChannelInboundHandler, Patient {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How far the connection's end has come.
    enum Ending {
        /// The session goes on.
        case none
        /// The session is over; what comes is not read any more.
        case begun
    }

    /// How a connection begins.
    enum Beginning: Sendable {
        /// In the clear.
        case plain
        /// With a handshake.
        case encrypted
    }

    let services: SessionServices
    private let beginning: Beginning
    var cipher: CipherObserver?
    var exchange: SASLExchange?
    var session: ServerSession
    var client = Client(address: "", port: 0)
    private var forwarded: ProxyHeader.Source?
    /// Whom a trusted client speaks for.
    var original = ForwardedClient()
    var connectionFacts = Facts()
    var message: Message?
    var decision: Task<Void, Never>?
    /// Where the pieces of a large message go.
    var intake: (any ContentIntake)?
    /// Whether a whole message is being stored.
    var isAccepting = false
    private var admission = OpenSessions.Admission.draining
    var ending = Ending.none
    /// What came of a client that was cut off; nobody looks at it.
    private var ignoredOctets = 0
    private var octetsCounted = 0
    var context: ChannelHandlerContext?
    private var closedChannel: (any Channel)?
    private var isInRead = false
    private var isReadingPaused = false
    private var isFlushDue = false
    var deadline = NIODeadline.distantFuture
    private(set) var timers: SessionTimers?
    var lastProgress = 0
    /// When the data began, and how much of them has come.
    var transfer: (start: NIODeadline, octets: Int)?
    /// What was unusual, told once when the session is over.
    private var incident: String?

    /// Puts a handler, and what it needs before it, into a new connection.
    static func install(in channel: any Channel, _ services: SessionServices, _ beginning: Beginning) throws {
        let pipeline = channel.pipeline.syncOperations
        let handler = SessionHandler(services, beginning)
        if !services.configuration.proxies.isEmpty {
            try pipeline.addHandler(ProxyHandler(services))
        }
        if beginning == .encrypted, let tls = services.tls {
            let observer = CipherObserver()
            handler.cipher = observer
            try pipeline.addHandlers([observer, NIOSSLServerHandler(context: tls)])
        }
        try pipeline.addHandler(handler)
    }

    private init(_ services: SessionServices, _ beginning: Beginning) {
        self.services = services
        self.beginning = beginning
        session = ServerSession(services.configuration.session)
    }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        timers = services.timers(on: context.eventLoop)
        let peer = context.remoteAddress.flatMap { $0.ipAddress }.flatMap { AddressLiteral(address: $0)?.unmapped }
        let address = forwarded?.address ?? peer
        client.address = address?.address ?? ""
        client.port = forwarded?.port ?? context.remoteAddress?.port ?? 0
        admission = services.sessions.admit(context.channel, from: address)
        guard beginning == .encrypted else { return begin(over: nil) }
        // A handshake is work; nobody gets it who may not stay.
        guard admission == .admitted else {
            incident = admission.refusal?.description
            return context.close(promise: nil)
        }
        startTimer(services.configuration.handshakeTimeout)
    }

    /// Greets the client, or tells it that it may not stay.
    func begin(over tls: TLSDetails?) {
        let address = AddressLiteral(address: client.address)
        let mayForward = services.configuration.forwarders.contains { range in address.map(range.contains) ?? false }
        let first = session.begin(over: tls, allowingXCLIENT: mayForward)
        guard let refusal = admission.refusal else {
            startTimer(services.configuration.commandTimeout)
            return perform(first)
        }
        perform(session.answer(.refuse(refusal)))
        incident = "\(refusal)"
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let input = unwrapInboundIn(data)
        guard ending == .none else { return ignore(input.readableBytes) }
        isInRead = true
        transfer?.octets += input.readableBytes
        let step = input.withUnsafeReadableBytes { session.receive($0) }
        perform(step)
        noteActivity()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isInRead = false
        flush()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        updateReading()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            if ending == .none { perform(session.endInput()) } else { context.close(promise: nil) }
        case is OpenSessions.DrainRequest:
            if ending == .none { perform(session.drain()) }
        case is OpenSessions.CutRequest:
            if ending == .none { perform(session.cutOff()) }
        case TLSUserEvent.handshakeCompleted: handshakeCompleted()
        case TLSUserEvent.shutdownCompleted: break
        case let event as ProxyHandler.Forwarded: forwarded = event.source
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timers?.cancel(self)
        ending = .begun
        _ = services.budget.allowance(keeping: 0, before: octetsCounted)
        octetsCounted = 0
        // Nobody waits for a verdict any more; but a message that is being stored is not interrupted.
        if !isAccepting { decision?.cancel() }
        session.disconnect()
        noteLostContent()
        abandonIntake()
        self.context = nil
        closedChannel = context.channel
        leaveIfOver()
    }

    /// Tells the server that the session is over: not before its last task, which comes back to the event loop.
    func leaveIfOver() {
        guard let closedChannel, decision == nil else { return }
        message = nil
        services.sessions.remove(closedChannel, admission)
        let end = incident ?? session.farewell?.description
        services.logger.log(
            level: end == nil ? .debug : .info, "session over",
            metadata: [
                "client": "\(client.address)", "helo": "\(client.helo)", "messages": "\(session.acceptedMessages)",
                "reason": "\(end ?? "the client was done")",
            ])
        self.closedChannel = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A peer that leaves TLS without a word has left, no more.
        if case NIOSSLError.uncleanShutdown = error, ending != .none || session.isBetweenMessages {
            return context.close(promise: nil)
        }
        if incident == nil {
            incident =
                (error as? NIOSSLError)?.handshakeFailure ?? (error as? IOError)?.connectionFailure ?? "\(error)"
        }
        context.close(promise: nil)
    }

    // MARK: Steps

    /// Does what the session says.
    func perform(_ first: ServerSession.Step) {
        var step = first
        while case .ask(let question) = step {
            noteLostContent()
            guard let next = ask(question) else {
                step = .wait
                break
            }
            step = next
        }
        noteLostContent()
        if !session.hasHandedOver { abandonIntake() }
        countInput()
        if step == .close { return end() }
        send()
        if step == .startTLS {
            flush()
            startTLS()
        }
        updateReading()
    }

    /// Tells the operator of a message that the pipeline never saw; before another one begins.
    private func noteLostContent() {
        guard let lost = session.takeLostContent() else { return }
        services.logger.info(
            lost.isWhole ? "message refused" : "message cut off",
            metadata: [
                "message.id": "\(message.map { "\($0.id)" } ?? "-")", "client": "\(client.address)",
                "octets": "\(lost.octets)", "reply": "\(lost.reply.map(\.description) ?? "none")",
            ])
    }

    /// Lets go of the pieces of a message that will not come.
    private func abandonIntake() {
        intake?.abandon()
        intake = nil
    }

    private func countInput() {
        let kept = session.octetsInMemory
        session.wholeMessageLimit = services.budget.allowance(keeping: kept, before: octetsCounted)
        octetsCounted = kept
    }

    private func send() {
        let output = session.takeOutput()
        if !output.isEmpty, let context {
            context.write(wrapOutboundOut(context.channel.allocator.buffer(bytes: output)), promise: nil)
            isFlushDue = true
        }
        if !isInRead { flush() }
    }

    private func flush() {
        guard isFlushDue else { return }
        isFlushDue = false
        context?.flush()
    }

    /// Stops reading from a client that does not read our replies, or that sends on while a decision is pending.
    private func updateReading() {
        guard let context, ending == .none else { return }
        let mustPause = !context.channel.isWritable || session.hasInputWaitingForAnswer
        guard mustPause != isReadingPaused else { return }
        isReadingPaused = mustPause
        setReading(!mustPause)
    }

    /// Sends the last replies and closes.
    ///
    /// Closing while unread input is in the kernel makes it throw the replies away, so a client that has not ended the
    /// session itself may read them first.
    private func end() {
        guard ending == .none, let context else { return }
        ending = .begun
        let output = session.takeOutput()
        isFlushDue = false
        timers?.set(self, to: .now() + TimeAmount(services.configuration.lingering))
        let written = context.eventLoop.makePromise(of: Void.self)
        // Those who may not even come in get no patience, or many of them could hold many sockets.
        let isQuick = session.isEndedByClient || admission != .admitted
        written.futureResult.assumeIsolated().whenComplete { [weak self] _ in
            guard let self, let context = self.context else { return }
            if isQuick { return context.close(promise: nil) }
            context.close(mode: .output, promise: nil)
            if isReadingPaused { setReading(true) }
        }
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: output)), promise: written)
    }

    /// Leaves a client that writes on and on although it was cut off.
    private func ignore(_ octets: Int) {
        ignoredOctets += octets
        if ignoredOctets > services.configuration.lingeringOctets { context?.close(promise: nil) }
    }

    private func setReading(_ isReading: Bool) {
        do {
            try context?.channel.syncOptions?.setOption(.autoRead, value: isReading)
        } catch {
            services.logger.debug("connection gone", metadata: ["client": "\(client.address)", "error": "\(error)"])
        }
    }
}

extension OpenSessions.Admission {
    /// What a client hears that may not stay.
    var refusal: Reply? {
        switch self {
        case .admitted: nil
        case .tooMany: Reply(.unavailable, "Too many connections; try again later")
        case .tooManyFromAddress:
            Reply(421, EnhancedStatusCode(4, 7, 0), "Too many connections from your address; try again later")
        case .draining: Reply(.unavailable, "Service is going down; try again later")
        }
    }
}
