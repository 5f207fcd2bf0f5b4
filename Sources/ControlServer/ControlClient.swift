import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a running server over its Unix socket.
package struct ControlClient: Sendable {
    /// How much an answer may be, beside streams: a little more than the largest message.
    static let answerLimit = 256_000_000

    private let socketPath: String

    /// A client of the server with that socket.
    package init(socketPath: String) {
        self.socketPath = socketPath
    }

    /// The status and the whole answer; `nil` if no server listens.
    ///
    /// - Throws: What the connection says once it is open.
    package func send(_ method: ControlRequest.Method, _ target: String) async throws -> (status: Int, body: [UInt8])? {
        var body: [UInt8] = []
        let status = try await exchange(method, target) { piece in
            body += piece
            guard body.count <= Self.answerLimit else { throw AnswerTooLong(limit: Self.answerLimit) }
            return true
        }
        return status.map { ($0, body) }
    }

    /// Gives the pieces of the answer as they come, until `receive` says no; the status, or `nil` if no server listens.
    ///
    /// - Throws: What the connection says once it is open.
    package func exchange(
        _ method: ControlRequest.Method, _ target: String, receive: ([UInt8]) throws -> Bool
    ) async throws -> Int? {
        guard let channel = try await connect() else { return nil }
        return try await channel.executeThenClose { inbound, outbound in
            var head = HTTPRequestHead(version: .http1_1, method: .init(rawValue: method.rawValue), uri: target)
            head.headers = HTTPHeaders([("host", "localhost"), ("connection", "close")])
            // Together: the server may answer and close as soon as it has the head.
            try await outbound.write(contentsOf: [.head(head), .end(nil)])
            var status = 0
            for try await part in inbound {
                switch part {
                case .head(let head): status = Int(head.status.code)
                case .body(let buffer):
                    guard try receive(Array(buffer.readableBytesView)) else { return status }
                case .end: return status
                }
            }
            return status
        }
    }

    /// An answer is longer than any that is meant to be.
    struct AnswerTooLong: Error, CustomStringConvertible {
        let limit: Int
        var description: String { "the server's answer has more than \(limit) octets" }
    }

    private func connect() async throws -> NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>? {
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: socketPath) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch let error as IOError where error.errnoCode == ENOENT || error.errnoCode == ECONNREFUSED {
            return nil  // no socket, or nobody behind it: no server runs
        }
    }
}
