import Glibc
package import Logging
import NIOCore
import NIOPosix
import SMTP
package import StageKit
import Synchronization

/// Listens for SMTP and lets mail in through a pipeline's entrance.
///
/// ``bind()`` opens the listeners, so that a taken port is found before anything starts; connections wait in the
/// kernel until ``serve(_:)``. A stop is graceful: sessions between messages end at once with 421, those in a message may
/// finish it within the grace period.
package final class SMTPService: Sendable {
    private let configuration: Configuration
    private let logger: Logger
    private let sessions: OpenSessions
    private let state = Mutex(State())
    private let certificates: Certificates?
    private let stopRequests: AsyncStream<Void>
    private let stopRequest: AsyncStream<Void>.Continuation

    /// Connections that the kernel keeps for us; with fewer, a burst of new ones loses SYNs and waits a second.
    private static let backlog: Int32 = 4_096

    private struct State {
        var group: MultiThreadedEventLoopGroup?
        var listeners: [any Channel] = []
        var services: SessionServices?
        var isStopped = false
        var isServing = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// A server that has opened nothing yet.
    package init(_ configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        sessions = OpenSessions(
            limit: configuration.sessionLimit, limitPerAddress: configuration.sessionLimitPerAddress)
        certificates = configuration.tls.map { Certificates($0, logger: logger) }
        (stopRequests, stopRequest) = AsyncStream.makeStream()
    }

    /// How many sessions are open.
    package var openSessions: Int { sessions.count }

    /// Reads the certificates and opens all listeners; gives their addresses, with the ports that the system chose, those
    /// that are encrypted from the first octet on at the end.
    ///
    /// - Throws: ``CertificateError``, or ``SMTPServiceError`` for the first listener that cannot be opened; none is open
    ///   then.
    @discardableResult
    package func bind() async throws -> [ListenerAddress] {
        try await certificates?.load()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.threads)
        state.withLock { $0.group = group }
        var addresses: [ListenerAddress] = []
        do {
            addresses += try await open(configuration.listeners, makeBootstrap(group, .plain))
            addresses += try await open(configuration.tls?.listeners ?? [], makeBootstrap(group, .encrypted))
        } catch {
            await stop()
            throw error
        }
        return addresses
    }

    /// Serves until the task is cancelled or ``stop()`` is called; returns when the last session is over.
    package func serve(_ entrance: any Entrance) async throws {
        let services = SessionServices(
            configuration, entrance: entrance, sessions: sessions, tls: try certificates?.makeContext(), logger: logger)
        let (listeners, isStopped) = state.withLock { state in
            state.services = services
            state.isServing = !state.isStopped
            return (state.listeners, state.isStopped)
        }
        if isStopped { return }
        defer { endServing() }
        guard !listeners.isEmpty else { throw SMTPServiceError.notBound }
        for listener in listeners { try await listener.setOption(.autoRead, value: true).get() }
        for await _ in stopRequests {}
        await drain()
    }

    /// Ends everything; harmless if it has never begun.
    package func stop() async {
        state.withLock { $0.isStopped = true }
        stopRequest.finish()
        await waitUntilServed()
        await drain()
        let group = state.withLock { state in
            defer { state.group = nil }
            return state.group
        }
        do {
            try await group?.shutdownGracefully()
        } catch {
            logger.error("The network threads did not end", metadata: ["error": "\(error)"])
        }
    }

    private func endServing() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.isServing = false
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    private func waitUntilServed() async {
        await withCheckedContinuation { continuation in
            let isServing = state.withLock { state in
                if state.isServing { state.waiters.append(continuation) }
                return state.isServing
            }
            if !isServing { continuation.resume() }
        }
    }

    /// Closes the listeners and waits for the sessions, those that last too long being cut off.
    private func drain() async {
        let listeners = state.withLock { state in
            defer { state.listeners = [] }
            return state.listeners
        }
        for listener in listeners {
            do {
                try await listener.close()
            } catch {
                logger.debug("A listener was closed already", metadata: ["error": "\(error)"])
            }
        }
        sessions.drain()
        // A task of its own, because this one may be cancelled already, and then could not sleep.
        let cut = Task { [sessions, configuration] in
            try await Task.sleep(for: configuration.gracePeriod)
            sessions.closeAll()
        }
        await sessions.waitUntilEmpty()
        cut.cancel()
    }

    private func makeBootstrap(
        _ group: MultiThreadedEventLoopGroup, _ beginning: SessionHandler.Beginning
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { [self] channel in
                guard let services = state.withLock({ $0.services }) else {
                    return channel.eventLoop.makeFailedFuture(SMTPServiceError.notBound)
                }
                return channel.eventLoop.makeCompletedFuture {
                    try SessionHandler.install(in: channel, services, beginning)
                }
            }
    }

    private func open(
        _ addresses: [ListenerAddress], _ bootstrap: ServerBootstrap
    ) async throws -> [ListenerAddress] {
        var opened: [ListenerAddress] = []
        for address in addresses {
            let channel = try await open(address, bootstrap)
            state.withLock { $0.listeners.append(channel) }
            opened.append(ListenerAddress(host: address.host, port: channel.localAddress?.port ?? address.port))
        }
        return opened
    }

    private func open(_ address: ListenerAddress, _ bootstrap: ServerBootstrap) async throws -> any Channel {
        do {
            return try await bootstrap.bind(host: address.host, port: address.port).get()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw SMTPServiceError.addressTaken(address)
        } catch {
            throw SMTPServiceError.cannotListen(address, reason: "\(error)")
        }
    }
}
