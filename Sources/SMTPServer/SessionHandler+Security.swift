import Logging
import NIOCore
import NIOSSL
import NIOTLS
import SASL
import SMTP
import StageKit

extension SessionHandler {
    /// Encrypts the connection from here on; the session's last words in the clear have been sent.
    func startTLS() {
        guard let context else { return }
        do {
            let observer = CipherObserver()
            guard let tls = services.tls else { throw SMTPServiceError.notBound }
            cipher = observer
            try context.pipeline.syncOperations.addHandlers(
                [observer, NIOSSLServerHandler(context: tls)], position: .before(self))
        } catch {
            services.logger.error("TLS does not start", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
    }

    /// Hears that the handshake has succeeded.
    func handshakeCompleted() {
        guard ending == .none, let context else { return }
        var version: TLSVersion?
        do {
            version = try context.pipeline.syncOperations.nioSSL_tlsVersion()
        } catch {
            services.logger.error("TLS has no version", metadata: ["error": "\(error)"])
        }
        let details = TLSDetails(version: version?.name ?? "TLS", cipher: cipher?.name ?? "unknown")
        client.tls = details
        if session.state == .securing {
            perform(session.secure(details))
        } else {
            begin(over: details)
        }
        noteActivity()
    }

    // MARK: Who the client is

    /// Takes one step of the exchange about who the client is.
    func askAuthentication(_ step: ServerSession.Authentication) -> ServerSession.Step? {
        guard let authenticator = services.configuration.authenticator else {
            return session.answer(.refuse(Self.fault))
        }
        var response: [UInt8]?
        switch step {
        case .start(let name, let initial):
            guard let mechanism = SASLMechanism(rawValue: name) else { return session.answer(.refuse(Self.fault)) }
            exchange = SASLExchange(mechanism, authenticator: authenticator, nonce: Self.nonce())
            response = initial
        case .response(let octets): response = octets
        }
        guard let current = exchange else { return session.answer(.refuse(Self.fault)) }
        guard let response else { return session.answer(.challenge(current.firstChallenge)) }
        let logger = services.logger
        decide {
            var exchange = current
            do {
                let outcome = try await exchange.respond(response)
                return (exchange, answer(to: outcome))
            } catch {
                logger.error("a client's identity cannot be checked", metadata: ["error": "\(error)"])
                return (exchange, ServerSession.Answer.refuse(Self.unavailable))
            }
        } then: { handler, outcome in
            handler.exchange = outcome.0
            return handler.session.answer(outcome.1)
        }
        return nil
    }

    /// 24 letters and digits, which nobody can guess.
    private static func nonce() -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        var random = SystemRandomNumberGenerator()
        return String((0..<24).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
    }

    private static let unavailable = Reply(454, EnhancedStatusCode(4, 7, 0), "Temporary authentication failure")
}

/// What the session hears of an exchange's outcome.
private func answer(to outcome: SASLExchange.Outcome) -> ServerSession.Answer {
    switch outcome {
    case .challenge(let octets): .challenge(octets)
    case .success(let user): .authenticated(user)
    case .failure: .refuse(Reply(535, EnhancedStatusCode(5, 7, 8), "Authentication credentials invalid"))
    }
}

extension TLSVersion {
    /// The version as logs and trace fields write it.
    fileprivate var name: String {
        switch self {
        case .tlsv13: "TLSv1.3"
        case .tlsv12: "TLSv1.2"
        default: "TLS"
        }
    }
}
