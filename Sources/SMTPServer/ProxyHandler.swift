import Addressing
import Logging
import NIOCore
import SMTP

/// Reads what a load balancer says about the client, before anybody else sees the connection.
final class ProxyHandler: ChannelInboundHandler, RemovableChannelHandler, Patient {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Whom the balancer speaks for; told to those behind this handler.
    struct Forwarded: Sendable {
        let source: ProxyHeader.Source
    }

    private let services: SessionServices
    private var input = ByteBuffer()
    private var timers: SessionTimers?
    private var channel: (any Channel)?
    private var isDone = false

    /// A balancer sends its header with its first packet.
    private static let patience = TimeAmount.seconds(10)

    /// Whether the connection counts among the open sessions, as it does from its first moment on.
    private var admission = OpenSessions.Admission.draining
    private var isCounted = false

    init(_ services: SessionServices) { self.services = services }

    func channelActive(context: ChannelHandlerContext) {
        let address = context.remoteAddress?.ipAddress.flatMap { AddressLiteral(address: $0)?.unmapped }
        guard let address, services.configuration.proxies.contains(where: { $0.contains(address) }) else {
            isDone = true
            context.fireChannelActive()
            return context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
        // The balancer's own address says nothing about how many its clients are.
        admission = services.sessions.admit(context.channel, from: nil)
        isCounted = true
        guard admission == .admitted else {
            return refuse("there are too many connections, or the server stops", context.channel)
        }
        channel = context.channel
        timers = services.timers(on: context.eventLoop)
        timers?.set(self, to: .now() + Self.patience)
    }

    func deadlineCame() {
        if let channel { refuse("no PROXY header came", channel) }
    }

    private func refuse(_ reason: String, _ channel: any Channel) {
        timers?.cancel(self)
        services.logger.info(
            "connection refused",
            metadata: ["client": "\(channel.remoteAddress?.ipAddress ?? "")", "reason": "\(reason)"])
        channel.close(promise: nil)
    }

    private func leave(_ channel: any Channel) {
        guard isCounted else { return }
        isCounted = false
        services.sessions.remove(channel, admission)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is OpenSessions.DrainRequest, isCounted else { return context.fireUserInboundEventTriggered(event) }
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return context.fireChannelRead(data) }
        var piece = unwrapInboundIn(data)
        input.writeBuffer(&piece)
        switch input.withUnsafeReadableBytes({ ProxyHeader($0) }) {
        case .incomplete: return
        case .malformed:
            refuse("the PROXY header is malformed", context.channel)
        case .whole(let length, let source):
            timers?.cancel(self)
            isDone = true
            // The session is counted by the address of its client from here on.
            leave(context.channel)
            if let source { context.fireUserInboundEventTriggered(Forwarded(source: source)) }
            context.fireChannelActive()
            input.moveReaderIndex(forwardBy: length)
            if input.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(input)) }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timers?.cancel(self)
        channel = nil
        // Those behind never heard of a connection whose header did not come.
        leave(context.channel)
        if isDone { context.fireChannelInactive() }
    }
}
