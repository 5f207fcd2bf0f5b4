import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// The server's local HTTP interface: a Unix socket for the server's own user, and a loopback port for those who listen
/// to arrivals and measurements.
package final class ControlServer: Sendable {
    /// Answers one request.
    package typealias Responder = @Sendable (ControlRequest) async -> ControlResponse

    private let channels: [any Channel]
    private let socketPath: String

    /// Binds the Unix socket, and the loopback port if there is one.
    ///
    /// - Throws: What the system says, with the address.
    package static func start(
        socketPath: String, listener: (host: String, port: Int)?, responder: @escaping Responder
    ) async throws -> ControlServer {
        guard socketPath.utf8.count <= pathLimit else {
            throw ControlServerError(address: socketPath, cause: PathTooLong(limit: pathLimit))
        }
        let group = MultiThreadedEventLoopGroup.singleton
        // A socket of a server that did not end well; the queue's lock says that no other runs.
        unlink(socketPath)
        var channels: [any Channel] = []
        do {
            channels.append(
                try await bootstrap(group, isTrusted: true, responder)
                    .bind(unixDomainSocketPath: socketPath).get())
            // Nobody but the server's user may connect. Until here the data directory's own mode keeps others out; the
            // process's umask is not touched, since other threads make files meanwhile.
            guard chmod(socketPath, 0o600) == 0 else { throw IOError(errnoCode: errno, reason: "chmod") }
            if let listener {
                channels.append(
                    try await bootstrap(group, isTrusted: false, responder)
                        .bind(host: listener.host, port: listener.port).get())
            }
        } catch {
            for channel in channels { try await channel.close() }
            let place = channels.isEmpty ? socketPath : listener.map { "\($0.host):\($0.port)" } ?? ""
            throw ControlServerError(address: place, cause: error)
        }
        return ControlServer(channels: channels, socketPath: socketPath)
    }

    /// What `sun_path` holds beside its end (unix(7)).
    private static let pathLimit = 107

    private struct PathTooLong: Error, CustomStringConvertible {
        let limit: Int
        var description: String {
            "the path has more than \(limit) octets, the most of a Unix socket; choose a shorter data-directory"
        }
    }

    private init(channels: [any Channel], socketPath: String) {
        self.channels = channels
        self.socketPath = socketPath
    }

    /// The TCP port, if there is one.
    package var port: Int? { channels.last?.localAddress?.port }

    /// Lets nobody in any more.
    package func stop() async {
        for channel in channels {
            do {
                try await channel.close()
            } catch ChannelError.alreadyClosed {
                continue
            } catch {
                continue  // nothing depends on a listener that is already gone
            }
        }
        unlink(socketPath)
    }

    private static func bootstrap(
        _ group: any EventLoopGroup, isTrusted: Bool, _ responder: @escaping Responder
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let operations = channel.pipeline.syncOperations
                    try operations.configureHTTPServerPipeline(withPipeliningAssistance: true)
                    try operations.addHandler(ControlHandler(isTrusted: isTrusted, responder: responder))
                }
            }
    }
}

/// An address could not be bound.
package struct ControlServerError: Error, CustomStringConvertible {
    package let address: String
    package let cause: any Error

    package var description: String { "cannot listen on \(address) (control): \(reason)" }

    private var reason: String {
        guard let error = cause as? IOError else { return "\(cause)" }
        return error.errnoCode == EADDRINUSE ? "the port is taken" : String(cString: strerror(error.errnoCode))
    }
}
