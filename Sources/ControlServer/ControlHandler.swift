import NIOCore
import NIOHTTP1

/// One connection of the local HTTP interface: a request, its answer, the end.
final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let isTrusted: Bool
    private let responder: ControlServer.Responder
    private var request: HTTPRequestHead?
    private var answer: Task<Void, Never>?

    init(isTrusted: Bool, responder: @escaping ControlServer.Responder) {
        self.isTrusted = isTrusted
        self.responder = responder
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        case .body: break  // no request needs one
        case .end:
            guard let head = request else { return }
            request = nil
            respond(to: head, context.channel)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer?.cancel()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func respond(to head: HTTPRequestHead, _ channel: any Channel) {
        guard isTrusted || isAddressedToLoopback(head),
            let request = ControlRequest(method: head.method.rawValue, target: head.uri, isTrusted: isTrusted)
        else {
            answer = Task { @Sendable in await Self.write(.text("bad request", status: 400), to: channel) }
            return
        }
        answer = Task { @Sendable [responder] in
            await Self.write(await responder(request), to: channel)
        }
    }

    /// A web page must not reach us under a name of its own (DNS rebinding).
    private func isAddressedToLoopback(_ head: HTTPRequestHead) -> Bool {
        guard let host = head.headers.first(name: "host") else { return true }
        return ["127.0.0.1", "localhost", "[::1]"].contains { host == $0 || host.hasPrefix($0 + ":") }
    }

    private static func write(_ response: ControlResponse, to channel: any Channel) async {
        var headers = HTTPHeaders([("content-type", response.type), ("connection", "close")])
        if case .bytes(let bytes) = response.body { headers.add(name: "content-length", value: "\(bytes.count)") }
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
        do {
            try await channel.writeAndFlush(HTTPServerResponsePart.head(head))
            switch response.body {
            case .bytes(let bytes): try await write(bytes, to: channel)
            case .stream(let pieces):
                for await piece in pieces { try await write(piece, to: channel) }
            }
            try await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
            try await channel.close()
        } catch {
            channel.close(promise: nil)  // the client has gone; there is nobody to tell
        }
    }

    private static func write(_ bytes: [UInt8], to channel: any Channel) async throws {
        let buffer = channel.allocator.buffer(bytes: bytes)
        try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(buffer)))
    }
}
