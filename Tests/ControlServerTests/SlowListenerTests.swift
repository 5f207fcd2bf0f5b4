import ControlServer
import Foundation
import Glibc
import Synchronization
import Testing

/// Somebody who asks for a stream and does not read it.
struct SlowListenerTests {
    private static let pieceSize = 64 << 10
    /// Far more than the sockets on the way hold, and what an unbounded server would take into memory.
    private static let pieceLimit = 4_000

    private func connect(to port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        let request = Array("GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)
        try #require(write(descriptor, request, request.count) == request.count)
        return descriptor
    }

    @Test func `a stream waits for its listener, so that what he does not read takes no memory`() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "s-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let taken = Mutex(0)
        let server = try await ControlServer.start(
            socketPath: directory.appending(path: "s").path, listener: ("127.0.0.1", 0)
        ) { _ in
            let pieces = AsyncStream<[UInt8]> {
                let number = taken.withLock { taken in
                    taken += 1
                    return taken
                }
                return number < Self.pieceLimit ? [UInt8](repeating: 0x20, count: Self.pieceSize) : nil
            }
            return ControlResponse(type: "text/event-stream", body: .stream(pieces))
        }
        let descriptor = try connect(to: try #require(server.port))
        // It takes pieces until the sockets are full, and then no more.
        var before = -1
        var still = 0
        while still < 20 {
            let now = taken.withLock { $0 }
            still = now == before && now > 0 ? still + 1 : 0
            before = now
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(before < Self.pieceLimit, "\(before) pieces were taken")
        close(descriptor)
        await server.stop()
        try FileManager.default.removeItem(at: directory)
    }
}
