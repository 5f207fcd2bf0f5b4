import NIOSSL

extension NIOSSLError {
    /// What the log says about a handshake that failed; `nil` for other errors.
    ///
    /// To interpolate the error itself goes by reflection, which costs more than the handshake, and strangers choose how
    /// many of them fail.
    var handshakeFailure: String? {
        guard case .handshakeFailed(let cause) = self else { return nil }
        guard case .sslError(let stack) = cause, let first = stack.first else { return "the TLS handshake failed" }
        let text = first.description
        // Of "error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at file:line", the reason says it all.
        let reason = text.split(separator: " ").first { $0.hasPrefix("routines:") }?.split(separator: ":").last
        return "the TLS handshake failed: \(reason.map(String.init) ?? text)"
    }
}
