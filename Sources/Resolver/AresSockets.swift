import CCAres
import Glibc

/// The network as c-ares would use it by itself, with an ear for answers that it keeps to itself.
///
/// Where a server refuses or fails, c-ares goes on to the next one, and in the end tells only that it could reach none.
enum AresSockets {
    /// What c-ares calls; it wants all of them or none, and as long as a channel lives.
    nonisolated(unsafe) static let functions: UnsafePointer<ares_socket_functions> = {
        let functions = UnsafeMutablePointer<ares_socket_functions>.allocate(capacity: 1)
        functions.initialize(
            to: ares_socket_functions(
                asocket: openSocket, aclose: closeSocket, aconnect: connectSocket, arecvfrom: receive, asendv: send))
        return UnsafePointer(functions)
    }()
}

/// A socket that never makes the resolver's thread wait.
private func openSocket(
    _ family: Int32, _ type: Int32, _ transport: Int32, _ argument: UnsafeMutableRawPointer?
) -> ares_socket_t {
    let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    return socket(family, type | flags, transport)
}

private func closeSocket(_ descriptor: ares_socket_t, _ argument: UnsafeMutableRawPointer?) -> Int32 {
    close(descriptor)
}

private func connectSocket(
    _ descriptor: ares_socket_t, _ address: UnsafePointer<sockaddr>?, _ length: ares_socklen_t,
    _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    connect(descriptor, address, length)
}

/// A datagram, which has a sender, is a whole message; TCP, for answers that were cut, has none and comes in pieces.
private func receive(
    _ descriptor: ares_socket_t, _ buffer: UnsafeMutableRawPointer?, _ size: Int, _ flags: Int32,
    _ sender: UnsafeMutablePointer<sockaddr>?, _ length: UnsafeMutablePointer<ares_socklen_t>?,
    _ argument: UnsafeMutableRawPointer?
) -> ares_ssize_t {
    let count = recvfrom(descriptor, buffer, size, flags, sender, length)
    if count > 0, sender != nil, let argument, let buffer {
        let loop = Unmanaged<AresLoop>.fromOpaque(argument).takeUnretainedValue()
        loop.hear(UnsafeRawBufferPointer(start: buffer, count: count))
    }
    return count
}

private func send(
    _ descriptor: ares_socket_t, _ pieces: UnsafePointer<iovec>?, _ count: Int32, _ argument: UnsafeMutableRawPointer?
) -> ares_ssize_t {
    writev(descriptor, pieces, count)
}
