import Glibc
import NIOCore
package import StageKit
import Synchronization

/// The listening sockets of a process, shared by services that follow each other on the same address.
///
/// Each user of an address has a descriptor of its own for the one socket behind it, so a new service can take over
/// while the old one still listens: the kernel's queue of connections goes on, and none is refused in between.
package final class ListeningSockets: Sendable {
    /// Connections that the kernel keeps for us; with fewer, a burst of new ones loses SYNs and waits a second.
    private static let backlog: Int32 = 4_096

    /// A socket that stays open while it has users.
    private struct Shared {
        let descriptor: Int32
        var users: Int
    }

    /// One user's part in a socket.
    package struct Lease: Sendable {
        /// A descriptor that belongs to the user, who closes it.
        package let descriptor: Int32
        /// Where it listens, with the port that the system chose.
        package let address: ListenerAddress
    }

    private let open = Mutex<[ListenerAddress: Shared]>([:])

    /// A table without sockets.
    package init() {}

    /// A part in the socket of an address, which is opened if nobody has it yet; port 0 is another port every time.
    ///
    /// - Throws: ``SMTPServiceError`` if it cannot be opened.
    func lease(_ address: ListenerAddress) throws -> Lease {
        try open.withLock { open in
            if let known = open[address] {
                let descriptor = try duplicate(known.descriptor, address)
                open[address]?.users += 1
                return Lease(descriptor: descriptor, address: address)
            }
            let (descriptor, bound) = try listen(on: address)
            do {
                let lease = Lease(descriptor: try duplicate(descriptor, address), address: bound)
                open[bound] = Shared(descriptor: descriptor, users: 1)
                return lease
            } catch {
                close(descriptor)
                throw error
            }
        }
    }

    /// Gives a part back; the last one closes the socket.
    func release(_ lease: Lease) {
        open.withLock { open in
            guard var shared = open[lease.address] else { return }
            shared.users -= 1
            open[lease.address] = shared.users > 0 ? shared : nil
            if shared.users == 0 { close(shared.descriptor) }
        }
    }

    /// Has the kernel keep as many connections for a socket as it should, whoever has said otherwise.
    func restoreBacklog(of lease: Lease) {
        open.withLock { open in
            guard let shared = open[lease.address] else { return }
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
