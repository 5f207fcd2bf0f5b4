import Addressing
import NIOCore
import SMTP

/// Reads what a load balancer says about the client, before anybody else sees the connection.
final class ProxyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// Whom the balancer speaks for; told to those behind this handler.
    struct Forwarded: Sendable {
        let source: ProxyHeader.Source
    }

    private let trusted: [AddressRange]
    private let refuse: (String) -> Void
    private var input = ByteBuffer()
    private var timer: Scheduled<Void>?
    private var isDone = false

    /// A balancer sends its header with its first packet.
    private static let patience = TimeAmount.seconds(10)

    /// - Parameters:
    ///   - trusted: Who may speak for others, and must.
    ///   - refuse: Hears why a connection is closed.
    init(trusted: [AddressRange], refuse: @escaping (String) -> Void) {
        self.trusted = trusted
        self.refuse = refuse
    }

    func channelActive(context: ChannelHandlerContext) {
        let address = context.remoteAddress?.ipAddress.flatMap { AddressLiteral(address: $0)?.unmapped }
        guard let address, trusted.contains(where: { $0.contains(address) }) else {
            isDone = true
            context.fireChannelActive()
            return context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
        let channel = context.channel
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { [refuse] in
            refuse("no PROXY header came")
            channel.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return context.fireChannelRead(data) }
        var piece = unwrapInboundIn(data)
        input.writeBuffer(&piece)
        switch input.withUnsafeReadableBytes({ ProxyHeader($0) }) {
        case .incomplete: return
        case .malformed:
            timer?.cancel()
            isDone = true
            refuse("the PROXY header is malformed")
            context.close(promise: nil)
        case .whole(let length, let source):
            timer?.cancel()
            isDone = true
            if let source { context.fireUserInboundEventTriggered(Forwarded(source: source)) }
            context.fireChannelActive()
            input.moveReaderIndex(forwardBy: length)
            if input.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(input)) }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        // Those behind never heard of a connection whose header did not come.
        if isDone { context.fireChannelInactive() }
    }
}
