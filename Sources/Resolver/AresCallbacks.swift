import CCAres
import Glibc

/// c-ares' callback for one query; a plain function, as it is called on the resolver's thread.
func aresQueryEnded(
    _ argument: UnsafeMutableRawPointer?, _ status: Int32, _ timeouts: Int32,
    _ message: UnsafeMutablePointer<UInt8>?, _ count: Int32
) {
    guard let argument else { return }
    let query = Unmanaged<PendingQuery>.fromOpaque(argument).takeRetainedValue()
    let response: DNSResponse
    if status == Int32(ARES_SUCCESS), let message {
        let octets = Array(UnsafeBufferPointer(start: message, count: Int(count)))
        response = DNSResponse(decoding: octets, to: query.submission.question)
    } else if status == Int32(ARES_EBADRESP) {
        response = DNSResponse(.malformed(reason: "server's answer cannot be read"))
    } else {
        let reason = String(cString: ares_strerror(status))
        return query.loop.fail(query.id, timeouts == 0 ? reason : "\(reason) (\(timeouts) timeouts)")
    }
    query.loop.finish(query.id, response)
}

/// c-ares' callback for a socket whose events it wants, or no longer wants, to hear of.
func aresSocketChanged(
    _ argument: UnsafeMutableRawPointer?, _ descriptor: ares_socket_t, _ readable: Int32, _ writable: Int32
) {
    guard let argument else { return }
    let loop = Unmanaged<AresLoop>.fromOpaque(argument).takeUnretainedValue()
    let events = Int16((readable != 0 ? POLLIN : 0) | (writable != 0 ? POLLOUT : 0))
    loop.interests[descriptor] = events == 0 ? nil : events
}
