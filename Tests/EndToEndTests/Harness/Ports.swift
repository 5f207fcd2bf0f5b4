import Glibc

/// Loopback ports.
enum Ports {
    /// A listening socket on a port of 127.0.0.1 that the system chose.
    struct Taken: ~Copyable {
        let descriptor: Int32
        let port: UInt16

        init() throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw Mishap("no socket: \(errno)") }
            var address = Ports.loopback(0)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let open = descriptor
            let status = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(open, $0, length) == 0 && listen(open, 8) == 0 ? getsockname(open, $0, &length) : -1
                }
            }
            guard status == 0 else { throw Mishap("no port: \(errno)") }
            port = UInt16(bigEndian: address.sin_port)
        }

        deinit { close(descriptor) }
    }

    /// A port that is free now.
    static func free() throws -> UInt16 { try Taken().port }

    /// An address of 127.0.0.1.
    static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        return address
    }
}
