import Glibc
import Synchronization

/// A TCP connection to 127.0.0.1 that never blocks its thread.
final class Connection: Sendable {
    private let descriptor: Int32
    private let received = Mutex<[UInt8]>([])

    /// How long a peer may be silent before a test fails.
    private static let patience = Duration.seconds(30)

    /// Connects to a server's Unix socket.
    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Mishap("no socket: \(errno)") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let open = descriptor
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(open, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw Mishap("nobody listens at \(path): \(String(cString: strerror(code)))")
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    /// Opens a connection.
    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Mishap("no socket: \(errno)") }
        var address = Ports.loopback(port)
        let open = descriptor
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(open, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw Mishap("nobody listens on port \(port): \(String(cString: strerror(code)))")
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { Glibc.close(descriptor) }

    /// Sends octets.
    func send(_ octets: [UInt8]) async throws {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else {
                guard errno == EAGAIN else { throw Mishap("cannot send: \(String(cString: strerror(errno)))") }
                try await Task.sleep(for: .milliseconds(2))
            }
        }
    }

    /// Sends text.
    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    /// Sends no more.
    func endInput() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// The next line without its line end; `nil` when the peer has ended its side.
    func line() async throws -> String? {
        try await eventually("a line comes", within: Self.patience, every: .milliseconds(2)) { () -> String?? in
            let isOpen = try read()
            if let line = takeLine() { return .some(line) }
            return isOpen ? .none : .some(takeRest())
        }
    }

    /// Everything until the peer ends its side.
    func rest() async throws -> [UInt8] {
        try await eventually("the peer closes", within: Self.patience, every: .milliseconds(2)) {
            try read() ? nil : received.withLock { $0 }
        }
    }

    private func takeLine() -> String? {
        received.withLock { received in
            guard let end = received.firstIndex(of: 0x0A) else { return nil }
            var line = received[..<end]
            if line.last == 0x0D { line.removeLast() }
            received.removeSubrange(...end)
            return String(decoding: line, as: UTF8.self)
        }
    }

    private func takeRest() -> String? {
        received.withLock { received in
            defer { received = [] }
            return received.isEmpty ? nil : String(decoding: received, as: UTF8.self)
        }
    }

    /// Reads what is there; false when there will be no more.
    private func read() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                received.withLock { $0 += buffer[..<count] }
            } else if count == 0 {
                return false
            } else {
                switch errno {
                case EAGAIN: return true
                case ECONNRESET: return false
                default: throw Mishap("cannot read: \(String(cString: strerror(errno)))")
                }
            }
        }
    }
}
