import Glibc
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// The certificates of a server: read at the start, and anew when their files have changed.
final class Certificates: Sendable {
    private struct State {
        var certificates: [Certificate] = []
        var nextCheck = NIODeadline.uptimeNanoseconds(0)
    }

    private let settings: TLSSettings
    private let logger: Logger
    private let state = Mutex(State())

    /// A handshake looks at the files at most so often.
    private static let checkInterval = TimeAmount.seconds(1)
    /// So many days before its end, a certificate should have been renewed.
    private static let warningDays = 7

    init(_ settings: TLSSettings, logger: Logger) {
        self.settings = settings
        self.logger = logger
    }

    /// Reads all files on a thread that may block.
    func load() async throws {
        let certificates = try await NIOThreadPool.singleton.runIfActive { [settings] in
            try settings.certificates.map { files throws(CertificateError) in try Certificate(files) }
        }
        for certificate in certificates { warn(of: certificate) }
        state.withLock {
            $0.certificates = certificates
            $0.nextCheck = .now() + Self.checkInterval
        }
    }

    /// What all handshakes begin with; the certificate is chosen when the client has named a server.
    func makeContext() throws -> NIOSSLContext {
        guard let first = state.withLock({ $0.certificates.first }) else { throw SMTPServiceError.notBound }
        var configuration = first.configuration
        configuration.minimumTLSVersion = settings.minimum == .tls13 ? .tlsv13 : .tlsv12
        configuration.sslContextCallback = { [self] values, promise in
            choose(values.serverHostname?.lowercased(), promise)
        }
        return try NIOSSLContext(configuration: configuration)
    }

    private func choose(_ name: String?, _ promise: EventLoopPromise<NIOSSLContextConfigurationOverride>) {
        let isDue = state.withLock { state in
            guard state.nextCheck <= .now() else { return false }
            state.nextCheck = .now() + Self.checkInterval
            return true
        }
        guard isDue else { return promise.succeed(override(for: name)) }
        NIOThreadPool.singleton.runIfActive(eventLoop: promise.futureResult.eventLoop) { [self] in
            reloadChanged()
            return override(for: name)
        }.cascade(to: promise)
    }

    private func override(for name: String?) -> NIOSSLContextConfigurationOverride {
        let certificates = state.withLock { $0.certificates }
        let named = name.flatMap { name in certificates.first { $0.covers(name) } }
        var override = NIOSSLContextConfigurationOverride()
        guard let chosen = named ?? certificates.first else { return override }
        override.certificateChain = chosen.chain.map { .certificate($0) }
        override.privateKey = .privateKey(chosen.key)
        return override
    }

    /// Reads the files that have changed, and blocks; where that fails, what was read before is used on.
    private func reloadChanged() {
        let old = state.withLock { $0.certificates }
        let new = old.map { certificate in
            do {
                guard try Certificate.Stamp(certificate.files) != certificate.stamp else { return certificate }
                let fresh = try Certificate(certificate.files)
                logger.info("certificate read anew", metadata: ["certificate": "\(fresh.files.certificate)"])
                warn(of: fresh)
                return fresh
            } catch {
                // Between the renewal of the one file and of the other the two do not fit; the next look finds them so.
                logger.warning("certificate not read anew; the old one is used on", metadata: ["error": "\(error)"])
                return certificate
            }
        }
        state.withLock { $0.certificates = new }
    }

    private func warn(of certificate: Certificate) {
        let days = (certificate.end - time(nil)) / 86_400
        guard certificate.end <= time(nil) || days < Self.warningDays else { return }
        logger.warning(
            certificate.end <= time(nil) ? "certificate has expired" : "certificate expires soon",
            metadata: ["certificate": "\(certificate.files.certificate)", "days": "\(days)"])
    }
}
