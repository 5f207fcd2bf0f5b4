import Glibc
import NIOCore

extension IOError {
    /// What happened to the connection, for those who read logs.
    var connectionFailure: String {
        switch errnoCode {
        case ECONNRESET, EPIPE: "connection reset by the client"
        case ETIMEDOUT, EHOSTUNREACH, ENETUNREACH: "the client cannot be reached any more"
        default: "connection lost (error \(errnoCode) of the system)"
        }
    }
}
