import ControlServer
import Foundation
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

struct ControlServerTests {
    private let directory = FileManager.default.temporaryDirectory.appending(path: "c-\(UUID().uuidString.prefix(8))")

    /// What listeners of the stream have been told, and when one has gone.
    private final class Stream: Sendable {
        let pieces: AsyncStream<[UInt8]>
        let continuation: AsyncStream<[UInt8]>.Continuation
        let ended: AsyncStream<Void>

        init() {
            (pieces, continuation) = AsyncStream.makeStream()
            let (ended, end) = AsyncStream<Void>.makeStream()
            self.ended = ended
            continuation.onTermination = { _ in end.finish() }
        }
    }

    /// A server that tells what it was asked; `/queue` is for the trusted only.
    private func withServer(_ body: (ControlServer, ControlClient, Stream) async throws -> Void) async throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let path = directory.appending(path: "s").path
        let stream = Stream()
        let server = try await ControlServer.start(
            socketPath: path, listener: ("127.0.0.1", 0)
        ) { request in
            switch request.path.first {
            case "queue": return request.isTrusted ? .text("queue") : .text("only over the socket", status: 403)
            case "large": return .json([UInt8](repeating: 0x20, count: 3_000_000))
            case "events": return ControlResponse(type: "text/event-stream", body: .stream(stream.pieces))
            default:
                let query = request.query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                return .text("\(request.method.rawValue) \(request.path) \(query)", status: 200)
            }
        }
        try await body(server, ControlClient(socketPath: path), stream)
        await server.stop()
        await server.stop()
        #expect(!FileManager.default.fileExists(atPath: path))
        try FileManager.default.removeItem(at: directory)
    }

    /// Sends octets to the TCP port and reads to the end.
    private func exchange(_ server: ControlServer, _ request: String) async throws -> String {
        let port = try #require(server.port)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request))
            var answer = ""
            for try await piece in inbound { answer += String(buffer: piece) }
            return answer
        }
    }

    @Test func `the socket is for the server's own user only`() async throws {
        try await withServer { _, client, _ in
            var status = stat()
            #expect(stat(directory.appending(path: "s").path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
            let answer = try #require(try await client.send(.get, "/queue"))
            #expect(answer.status == 200 && answer.body == Array("queue\n".utf8))
        }
    }

    @Test func `the port is not trusted`() async throws {
        try await withServer { server, _, _ in
            let answer = try await exchange(server, "GET /queue HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 403 ") && answer.hasSuffix("only over the socket\n"))
        }
    }

    @Test(arguments: [
        ("localhost:80", 200), ("127.0.0.1", 200), ("[::1]:1", 200), ("evil.example", 400),
        ("localhost.evil.example", 400), ("127.0.0.1.evil.example:80", 400), ("", 400),
    ])
    func `a page elsewhere cannot reach the port by a name of its own`(_ host: String, _ status: Int) async throws {
        try await withServer { server, _, _ in
            let answer = try await exchange(server, "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer.prefix(40))")
        }
    }

    @Test func `paths and queries are decoded`() async throws {
        try await withServer { _, client, _ in
            let target = "/search/a%2Fb?user=\(PercentCoding.encode("ü@b c&d"))&x&empty="
            let answer = try #require(try await client.send(.post, target))
            #expect(
                String(decoding: answer.body, as: UTF8.self)
                    == "POST [\"search\", \"a/b\"] [\"empty=\", \"user=ü@b c&d\", \"x=\"]\n")
        }
    }

    @Test(arguments: [
        "DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /?a=%ff HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
    ])
    func `a bad request is 400 or the end of the connection, and the server stays`(_ request: String) async throws {
        try await withServer { server, client, _ in
            let answer = try await exchange(server, request)
            #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400 "), "\(answer.prefix(60))")
            #expect(try await client.send(.get, "/queue")?.status == 200)
        }
    }

    @Test func `a large answer arrives whole`() async throws {
        try await withServer { _, client, _ in
            let answer = try #require(try await client.send(.get, "/large"))
            #expect(answer.body.count == 3_000_000)
        }
    }

    @Test func `a stream gives its pieces as they come, and ends with the client`() async throws {
        try await withServer { _, client, stream in
            stream.continuation.yield(Array("data: 1\n\n".utf8))
            var heard = ""
            let status = try await client.exchange(.get, "/events") { piece in
                heard += String(decoding: piece, as: UTF8.self)
                if heard == "data: 1\n\n" { stream.continuation.yield(Array("data: 2\n\n".utf8)) }
                return heard != "data: 1\n\ndata: 2\n\n"
            }
            #expect(status == 200 && heard == "data: 1\n\ndata: 2\n\n")
            // The client has gone, so nobody listens to the stream any more.
            for await _ in stream.ended {}
            #expect(try await client.send(.get, "/queue")?.status == 200)
        }
    }

    @Test func `where no server listens there is no answer`() async throws {
        #expect(try await ControlClient(socketPath: directory.path + "/none").send(.get, "/") == nil)
    }

    @Test func `a taken port is named, and the socket is not left behind`() async throws {
        try await withServer { server, _, _ in
            let port = try #require(server.port)
            let path = directory.appending(path: "t").path
            let error = await #expect(throws: ControlServerError.self) {
                _ = try await ControlServer.start(
                    socketPath: path, listener: ("127.0.0.1", port)
                ) { _ in .text("") }
            }
            #expect(error?.address == "127.0.0.1:\(port)")
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test(arguments: ["", "a b", "ü/&=?%+", "~-._", "\u{0}\n", "日本"])
    func `percent-encoding comes back as it was`(_ text: String) {
        #expect(PercentCoding.decode(PercentCoding.encode(text)) == text)
    }

    @Test(arguments: ["%", "%4", "%zz", "%ff", "a%", "%+1", "%-1"])
    func `malformed percent-encoding is refused`(_ text: String) {
        #expect(PercentCoding.decode(text) == nil)
    }

    @Test func `a path that no socket can have is refused with what would be right`() async throws {
        let path = "/tmp/" + String(repeating: "long/", count: 25) + "control.sock"
        let error = await #expect(throws: ControlServerError.self) {
            _ = try await ControlServer.start(socketPath: path, listener: nil) { _ in .text("ok") }
        }
        #expect(error?.description.contains("more than 107 octets") == true)
        #expect(error?.description.contains("choose a shorter data-directory") == true)
    }
}
