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
    private let sockets: ListeningSockets
    private let sessions: OpenSessions
    private let state = Mutex(State())
    private let certificates: Certificates?
    private let stopRequests: AsyncStream<Ending>
    private let stopRequest: AsyncStream<Ending>.Continuation

    /// How serving ends.
    private enum Ending: Sendable {
        /// The sessions are asked to end.
        case stop
        /// The sessions go on until they end by themselves; nobody new comes in.
        case retire
    }

    /// How much is read at once: several such reads come before a session can pause its client, and all of it is kept.
    private static let reads = AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 2_048, maximum: 32_768)

    private struct State {
        var group: MultiThreadedEventLoopGroup?
        var listeners: [Listener] = []
        var services: SessionServices?
        var isStopped = false
        var isServing = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private struct Listener: Sendable {
        let channel: any Channel
        let lease: ListeningSockets.Lease
    }

    /// A server that has opened nothing yet; it shares its listeners with other servers that have the same `sockets`.
    package init(_ configuration: Configuration, logger: Logger, sockets: ListeningSockets = ListeningSockets()) {
        self.configuration = configuration
        self.logger = logger
        self.sockets = sockets
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
        warnOfFewFiles()
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
        let loops = state.withLock { $0.group?.makeIterator() }
        let services = SessionServices(
            configuration, entrance: entrance, sessions: sessions, tls: try certificates?.makeContext(),
            loops: loops.map(Array.init) ?? [], logger: logger)
        let (listeners, isStopped) = state.withLock { state in
            state.services = services
            state.isServing = !state.isStopped
            return (state.listeners, state.isStopped)
        }
        if isStopped { return }
        defer { endServing() }
        guard !listeners.isEmpty else { throw SMTPServiceError.notBound }
        for listener in listeners { try await sockets.accept(listener.lease, with: listener.channel) }
        for await ending in stopRequests where ending == .retire {
            await closeListeners()
            // A task of its own, since a stop must be heard meanwhile.
            Task { [sessions, stopRequest] in
                await sessions.waitUntilEmpty()
                stopRequest.finish()
            }
        }
        await drain()
    }

    /// Lets no new session in; ``serve(_:)`` returns when the last of those that are open has ended by itself.
    ///
    /// No connection is lost: those that are accepted already are served here, all others are left in the socket for
    /// the server that shares it.
    package func retire() async {
        stopRequest.yield(.retire)
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
            logger.error("the network threads did not end", metadata: ["error": "\(error)"])
        }
    }

    /// A session takes a socket and, with a large message, a file.
    private func warnOfFewFiles() {
        let needed = configuration.sessionLimit + OpenFiles.others
        guard OpenFiles.limit < needed else { return }
        logger.warning(
            "too few open files are allowed for the session limit",
            metadata: ["allowed": "\(OpenFiles.limit)", "needed": "\(needed)"])
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
        await closeListeners()
        sessions.drain()
        // A task of its own, because this one may be cancelled already, and then could not sleep.
        let cut = Task { [sessions, configuration] in
            try await Task.sleep(for: configuration.gracePeriod)
            sessions.cut()
            try await Task.sleep(for: configuration.lingering)
            sessions.closeAll()
        }
        await sessions.waitUntilEmpty()
        cut.cancel()
    }

    private func closeListeners() async {
        let (listeners, group) = state.withLock { state in
            defer { state.listeners = [] }
            return (state.listeners, state.group)
        }
        for listener in listeners {
            do {
                try await sockets.pause(listener.lease)
                // A connection that was accepted just now is on its way to its thread and back; a listener that
                // closed meanwhile would take it along.
                for _ in 0..<2 {
                    for loop in group?.makeIterator().map({ $0 }) ?? [] { try await loop.submit {}.get() }
                }
                try await listener.channel.close()
            } catch {
                logger.debug("a listener was closed already", metadata: ["error": "\(error)"])
            }
            sockets.release(listener.lease)
        }
    }

    private func makeBootstrap(
        _ group: MultiThreadedEventLoopGroup, _ beginning: SessionHandler.Beginning
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.recvAllocator, value: Self.reads)
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
            let listener = try await open(address, bootstrap)
            state.withLock { $0.listeners.append(listener) }
            opened.append(listener.lease.address)
        }
        return opened
    }

    private func open(_ address: ListenerAddress, _ bootstrap: ServerBootstrap) async throws -> Listener {
        let lease = try sockets.lease(address)
        do {
            let channel = try await bootstrap.withBoundSocket(lease.descriptor).get()
            // NIO listens on the socket, too, with a backlog of its own, before it can be told another.
            sockets.restoreBacklog(of: lease)
            return Listener(channel: channel, lease: lease)
        } catch {
            sockets.release(lease)
            throw SMTPServiceError.cannotListen(address, reason: "\(error)")
        }
    }
}
