package import NIOCore
import NIOPosix
package import NIOSSL
import NIOTLS
import Synchronization

/// A client that speaks octets, in the clear or under TLS, for what no decent SMTP client does.
package final class TCPClient: Sendable {
    /// The connection.
    package let channel: any Channel
    private let inbox: Inbox

    /// How long a test waits for what must come; a bound against hanging, not an assertion about speed.
    package static let patience: Duration = .seconds(60)

    /// Nothing came.
    package struct Silence: Error {
        package init() {}
    }

    private init(_ channel: any Channel, _ inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// Connects; under TLS if a server is named.
    package static func connect(
        port: Int, isReading: Bool = true, encryptedFor name: String? = nil
    ) async throws -> TCPClient {
        let inbox = Inbox()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: false)
            .channelOption(.autoRead, value: isReading)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let name { try channel.pipeline.syncOperations.addHandler(makeTLS(name)) }
                    try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return TCPClient(channel, inbox)
    }

    /// Encrypts the connection; the server's leaf certificate is in ``certificate`` afterwards.
    package func startTLS(_ name: String = "mx.example.org") async throws {
        try await channel.eventLoop.submit { [channel] in
            try channel.pipeline.syncOperations.addHandler(Self.makeTLS(name), position: .first)
        }.get()
        try await handshakeEnds()
    }

    /// Waits until the handshake has succeeded.
    package func handshakeEnds() async throws {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < Self.patience {
            let state = inbox.state.withLock { ($0.isSecure, $0.isClosed) }
            if state.0 { return }
            if state.1 { break }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw Silence()
    }

    /// The certificate that the server has shown.
    package var certificate: NIOSSLCertificate? {
        get async throws { try await channel.nioSSL_peerCertificate().get() }
    }

    private static func makeTLS(_ name: String) throws -> NIOSSLClientHandler {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        return try NIOSSLClientHandler(context: NIOSSLContext(configuration: configuration), serverHostname: name)
    }

    /// Sends text.
    package func send(_ text: String) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(string: text)).get()
    }

    /// Sends octets.
    package func send(_ octets: [UInt8]) async throws {
        try await channel.writeAndFlush(channel.allocator.buffer(bytes: octets)).get()
    }

    /// Sends without waiting until the server has read.
    package func sendWithoutWaiting(_ text: String) {
        channel.writeAndFlush(channel.allocator.buffer(string: text), promise: nil)
    }

    /// Ends our side.
    package func endOutput() async throws {
        try await channel.close(mode: .output).get()
    }

    /// Closes the connection, if it is open.
    package func close() async {
        _ = await channel.close().asResult()
    }

    /// Begins to read.
    package func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
    }

    /// Waits until so many lines have come and gives all of them.
    @discardableResult
    package func lines(_ count: Int) async throws -> [String] {
        try await wait { $0.filter { $0 == 0x0A }.count >= count }
    }

    /// Waits until the server has closed and gives everything it sent.
    package func linesUntilClosed() async throws -> [String] {
        try await wait { _ in false }
    }

    /// Takes the next line, without its line end; `nil` if the connection is closed.
    package func takeLine() async throws -> String? {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < Self.patience {
            let (line, isClosed) = inbox.state.withLock { ($0.takeLine(), $0.isClosed) }
            if let line { return line }
            if isClosed { return nil }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw Silence()
    }

    private func wait(until isEnough: ([UInt8]) -> Bool) async throws -> [String] {
        let start = ContinuousClock.now
        while ContinuousClock.now - start < Self.patience {
            let (octets, isClosed) = inbox.state.withLock { ($0.octets, $0.isClosed) }
            if isClosed || isEnough(octets) {
                return String(decoding: octets, as: UTF8.self).split(separator: "\r\n").map(String.init)
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw Silence()
    }

    private struct State {
        var octets: [UInt8] = []
        var isClosed = false
        var isSecure = false

        mutating func takeLine() -> String? {
            guard let end = octets.firstIndex(of: 0x0A) else { return nil }
            let line = octets[..<end]
            let text = String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
            octets.removeSubrange(...end)
            return text
        }
    }

    private final class Inbox: Sendable {
        let state = Mutex(State())
    }

    private final class InboxHandler: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let inbox: Inbox

        init(_ inbox: Inbox) { self.inbox = inbox }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = unwrapInboundIn(data)
            inbox.state.withLock { $0.octets += buffer.readableBytesView }
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case TLSUserEvent.handshakeCompleted = event { inbox.state.withLock { $0.isSecure = true } }
            context.fireUserInboundEventTriggered(event)
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
