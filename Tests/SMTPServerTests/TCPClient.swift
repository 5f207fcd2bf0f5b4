import NIOCore
import NIOPosix
import Synchronization

/// A client that speaks octets, for what no decent SMTP client does.
final class TCPClient: Sendable {
    private let channel: any Channel
    private let inbox: Inbox

    /// How long a test waits for what must come; a bound against hanging, not an assertion about speed.
    static let patience: Duration = .seconds(60)

    /// Nothing came.
    struct Silence: Error {}

    private init(_ channel: any Channel, _ inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    static func connect(port: Int, isReading: Bool = true) async throws -> TCPClient {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelOption(.autoRead, value: isReading)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return TCPClient(channel, inbox)
    }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(string: text)).get()
    }

    func send(_ octets: [UInt8]) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(bytes: octets)).get()
    }

    /// Sends without waiting until the server has read.
    func sendWithoutWaiting(_ text: String) {
        channel.writeAndFlush(channel.allocator.buffer(string: text), promise: nil)
    }

    func endOutput() async throws {
        try await channel.close(mode: .output).get()
    }

    func close() async {
        _ = await channel.close().asResult()
    }

    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// Waits until so many lines have come and gives all of them.
    @discardableResult
    func lines(_ count: Int) async throws -> [String] {
        try await wait { $0.filter { $0 == 0x0A }.count >= count }
    }

    /// Waits until the server has closed and gives everything it sent.
    func linesUntilClosed() async throws -> [String] {
        try await wait { _ in false }
    }

    private func wait(until isEnough: ([UInt8]) -> Bool) async throws -> [String] {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < Self.patience {
            let (octets, isClosed) = inbox.state.withLock { $0 }
            if isClosed || isEnough(octets) {
                return String(decoding: octets, as: UTF8.self).split(separator: "\r\n").map(String.init)
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw Silence()
    }

    private final class Inbox: Sendable {
        let state = Mutex<([UInt8], isClosed: Bool)>(([], false))
    }

    private final class InboxHandler: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let inbox: Inbox

        init(_ inbox: Inbox) { self.inbox = inbox }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = unwrapInboundIn(data)
            inbox.state.withLock { $0.0 += buffer.readableBytesView }
        }

        func channelInactive(context: ChannelHandlerContext) {
            inbox.state.withLock { $0.isClosed = true }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}

extension EventLoopFuture<Void> {
    /// Waits for the end, whatever it is.
    fileprivate func asResult() async -> Result<Void, any Error> {
        do {
            return .success(try await get())
        } catch {
            return .failure(error)
        }
    }
}
