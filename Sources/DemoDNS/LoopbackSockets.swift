import Glibc
import Resolver

/// A UDP and a listening TCP socket on the same port of 127.0.0.1; used by one thread.
struct LoopbackSockets: Sendable {
    let datagrams: Int32
    let streams: Int32
    let port: UInt16

    /// How long a TCP client may take for its question, so that one cannot hold up the others.
    private static let streamTimeout = timeval(tv_sec: 1, tv_usec: 0)
    /// The datagram limit of clients that do not speak EDNS (RFC 1035, section 4.2.1).
    private static let plainDatagramLimit = 512

    /// How often another free port is tried: one that is free for TCP may be taken for UDP.
    private static let attempts = 20

    init(port: UInt16) throws(SystemError) {
        var attempt = 1
        while true {
            do throws(SystemError) {
                (streams, datagrams, self.port) = try Self.pair(port)
                break
            } catch {
                guard port == 0, attempt < Self.attempts else { throw error }
                attempt += 1
            }
        }
        listen(streams, 64)
    }

    private static func pair(_ port: UInt16) throws(SystemError) -> (streams: Int32, datagrams: Int32, port: UInt16) {
        let streams = try LoopbackSockets.open(SOCK_STREAM, port: port)
        let actual = LoopbackSockets.port(of: streams)
        do {
            return (streams, try LoopbackSockets.open(SOCK_DGRAM, port: actual), actual)
        } catch {
            Glibc.close(streams)
            throw error
        }
    }

    func close() {
        Glibc.close(datagrams)
        Glibc.close(streams)
    }

    func answerDatagram(_ reply: ([UInt8], Int) -> [UInt8]?) {
        var buffer = [UInt8](repeating: 0, count: 65_535)
        var sender = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutablePointer(to: &sender) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(datagrams, &buffer, buffer.count, 0, $0, &length)
            }
        }
        guard count > 0 else { return }
        let query = Array(buffer[..<count])
        guard let answer = reply(query, LoopbackSockets.datagramLimit(query)) else { return }
        withUnsafePointer(to: sender) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(datagrams, answer, answer.count, 0, $0, length)
            }
        }
    }

    func answerStream(_ reply: ([UInt8], Int) -> [UInt8]?) {
        let client = accept(streams, nil, nil)
        guard client >= 0 else { return }
        _ = fcntl(client, F_SETFD, FD_CLOEXEC)
        defer { Glibc.close(client) }
        var timeout = LoopbackSockets.streamTimeout
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var length = [UInt8](repeating: 0, count: 2)
        guard recv(client, &length, 2, Int32(MSG_WAITALL)) == 2 else { return }
        var query = [UInt8](repeating: 0, count: Int(length[0]) << 8 | Int(length[1]))
        guard recv(client, &query, query.count, Int32(MSG_WAITALL)) == query.count,
            let answer = reply(query, Int(UInt16.max))
        else { return }
        var framed = DNSWriter()
        framed.writeCounted { $0.write(answer) }
        _ = send(client, framed.octets, framed.octets.count, Int32(MSG_NOSIGNAL))
    }

    /// What the client's EDNS record, if it is the last one, says that it can take (RFC 6891, section 6.2.3).
    private static func datagramLimit(_ query: [UInt8]) -> Int {
        let record = Array(query.suffix(11))
        guard query.count > 12 + 11, query[11] == 1, record[0] == 0, record[1] == 0, record[2] == 41 else {
            return plainDatagramLimit
        }
        return max(Int(record[3]) << 8 | Int(record[4]), plainDatagramLimit)
    }

    private static func open(_ kind: __socket_type, port: UInt16) throws(SystemError) -> Int32 {
        let descriptor = socket(AF_INET, Int32(kind.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError("open a socket", code: errno) }
        var reuse: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        let status = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw SystemError("bind port \(port) of 127.0.0.1", code: code)
        }
        return descriptor
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }
}
