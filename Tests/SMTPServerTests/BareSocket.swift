import Glibc
import Testing

/// A client's socket without an event loop, for what no polite client does.
final class BareSocket {
    let descriptor: Int32

    /// Connects, and waits for the first octet of the greeting.
    init(port: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0)
        var octet: UInt8 = 0
        try #require(recv(descriptor, &octet, 1, 0) == 1)
    }

    deinit { close(descriptor) }

    /// Writes what the kernel takes at once; how much that was, or nil if the connection is no more.
    func write(_ octets: [UInt8]) -> Int? {
        let count = send(descriptor, octets, octets.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
        return count >= 0 ? count : errno == EAGAIN ? 0 : nil
    }
}
