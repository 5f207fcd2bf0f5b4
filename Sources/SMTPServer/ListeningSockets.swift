import Glibc
import NIOCore
package import StageKit
import Synchronization

/// The listening sockets of a process, shared by services that follow each other on the same address.
///
/// Each user of an address has a descriptor of its own for the one socket behind it, so a new service can take over
/// while the old one still has its listener: the kernel's queue of connections goes on, and none is refused in between.
/// Of the users that would accept connections only the newest does: of two, one would be woken for a connection that the
/// other has already, which NIO takes for impossible.
package final class ListeningSockets: Sendable {
    /// Connections that the kernel keeps for us; with fewer, a burst of new ones loses SYNs and waits a second.
    private static let backlog: Int32 = 4_096

    /// A socket that stays open while it has users.
    private struct Shared {
        let descriptor: Int32
        /// The numbers of those who have a part in it.
        var users: Set<Int> = []
        /// Those who would accept connections, the newest at the end; only that one does.
        var acceptors: [Acceptor] = []
        /// The last change of who accepts; each waits for the one before.
        var change: Task<Void, any Error>?
    }

    private struct Acceptor {
        let user: Int
        let channel: any Channel
    }

    /// One user's part in a socket.
    package struct Lease: Sendable {
        /// A descriptor that belongs to the user, who closes it.
        package let descriptor: Int32
        /// Where it listens, with the port that the system chose.
        package let address: ListenerAddress
        /// Which user this is: the later, the higher.
        fileprivate let user: Int
    }

    private struct State {
        var open: [ListenerAddress: Shared] = [:]
        var users = 0

        /// One more user of an address that is open, with its descriptor.
        mutating func add(_ address: ListenerAddress, _ descriptor: Int32) -> Lease {
            users += 1
            open[address]?.users.insert(users)
            return Lease(descriptor: descriptor, address: address, user: users)
        }
    }

    private let state = Mutex(State())

    /// A table without sockets.
    package init() {}

    /// A part in the socket of an address, which is opened if nobody has it yet; port 0 is another port every time.
    ///
    /// - Throws: ``SMTPServiceError`` if it cannot be opened.
    func lease(_ address: ListenerAddress) throws -> Lease {
        try state.withLock { state in
            if let known = state.open[address] {
                return state.add(address, try duplicate(known.descriptor, address))
            }
            let (descriptor, bound) = try listen(on: address)
            do {
                let copy = try duplicate(descriptor, address)
                state.open[bound] = Shared(descriptor: descriptor)
                return state.add(bound, copy)
            } catch {
                close(descriptor)
                throw error
            }
        }
    }

    /// Gives a part back, whose listener is closed; the last one closes the socket.
    func release(_ lease: Lease) {
        state.withLock { state in
            guard var shared = state.open[lease.address], shared.users.remove(lease.user) != nil else { return }
            state.open[lease.address] = shared.users.isEmpty ? nil : shared
            if shared.users.isEmpty { close(shared.descriptor) }
        }
    }

    /// Has a user accept connections with its listener from now on, unless a newer one does; older ones pause.
    ///
    /// - Throws: What NIO says of a listener that has been closed.
    func accept(_ lease: Lease, with listener: any Channel) async throws {
        try await change(lease) { acceptors in
            let place = acceptors.firstIndex { $0.user > lease.user } ?? acceptors.endIndex
            acceptors.insert(Acceptor(user: lease.user, channel: listener), at: place)
        }
    }

    /// Has a user accept no connections any more; the newest of the others goes on.
    ///
    /// - Throws: What NIO says of that one's listener, if it has been closed.
    func pause(_ lease: Lease) async throws {
        try await change(lease) { $0.removeAll { $0.user == lease.user } }
    }

    private func change(_ lease: Lease, _ body: (inout [Acceptor]) -> Void) async throws {
        let change = state.withLock { state -> Task<Void, any Error>? in
            guard var shared = state.open[lease.address], shared.users.contains(lease.user) else { return nil }
            let former = shared.acceptors.last
            body(&shared.acceptors)
            let present = shared.acceptors.last
            // A task of its own, which the end of whoever asks does not cancel.
            shared.change = Task { [last = shared.change] in
                _ = await last?.result
                guard former?.user != present?.user else { return }
                // One that has been closed accepts nothing.
                try await former?.channel.setOption(.autoRead, value: false).recover { _ in }.get()
                try await present?.channel.setOption(.autoRead, value: true).get()
            }
            state.open[lease.address] = shared
            return shared.change
        }
        try await change?.value
    }

    /// Has the kernel keep as many connections for a socket as it should, whoever has said otherwise.
    func restoreBacklog(of lease: Lease) {
        state.withLock { state in
            guard let shared = state.open[lease.address] else { return }
            // What listens already cannot fail to do so.
            _ = Glibc.listen(shared.descriptor, Self.backlog)
        }
    }

    private func duplicate(_ descriptor: Int32, _ address: ListenerAddress) throws -> Int32 {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw failure(address) }
        return copy
    }

    private func listen(on address: ListenerAddress) throws -> (descriptor: Int32, bound: ListenerAddress) {
        let target: SocketAddress
        do {
            target = try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
        } catch {
            throw SMTPServiceError.cannotListen(address, reason: "\(error)")
        }
        let family = target.protocol == .inet6 ? AF_INET6 : AF_INET
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw failure(address) }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        let status = target.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
        guard status == 0, Glibc.listen(descriptor, Self.backlog) == 0, let port = port(of: descriptor) else {
            let failure = failure(address)
            close(descriptor)
            throw failure
        }
        return (descriptor, ListenerAddress(host: address.host, port: port))
    }

    private func port(of descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard status == 0 else { return nil }
        // Behind the family, and in the network's order, for both families.
        return withUnsafeBytes(of: storage) { Int($0[2]) << 8 | Int($0[3]) }
    }

    /// What the last call of the system says.
    private func failure(_ address: ListenerAddress) -> SMTPServiceError {
        let code = errno
        guard code != EADDRINUSE else { return .addressTaken(address) }
        let advice = code == EACCES ? SMTPServiceError.aboutLowPorts : ""
        return .cannotListen(address, reason: String(cString: strerror(code)) + advice)
    }
}
