package import StageKit

/// Why a server does not run.
package enum SMTPServiceError: Error, Sendable, CustomStringConvertible {
    /// Somebody else listens there.
    case addressTaken(ListenerAddress)
    /// The system does not let us listen there.
    case cannotListen(ListenerAddress, reason: String)
    /// It was not bound, or was stopped.
    case notBound

    /// Linux lets root alone have them, and those to whom it is granted.
    static let aboutLowPorts =
        "; ports below 1024 need root, or AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit of systemd"

    /// What is wrong, where, and what would be right.
    package var description: String {
        switch self {
        case .addressTaken(let address):
            "cannot listen on \(address): port \(address.port) is taken; stop what listens there or choose another port"
        case .cannotListen(let address, let reason):
            "cannot listen on \(address): \(reason)"
        case .notBound:
            "the SMTP server has no open listener; bind it before serving"
        }
    }
}
