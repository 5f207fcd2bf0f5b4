package import Addressing
package import SASL
package import SMTP
package import StageKit

extension SMTPService {
    /// How a server behaves.
    package struct Configuration: Sendable {
        /// Where it listens.
        package var listeners: [ListenerAddress]
        /// What all sessions have in common; the pipeline's message limit is taken where it is smaller.
        package var session: ServerSession.Configuration
        /// How many sessions may be open at once.
        package var sessionLimit = 2_000
        /// How many of them may come from one address, or one IPv6 network of 64 bits.
        package var sessionLimitPerAddress = 200
        /// How long the client may take for its next command (RFC 5321, section 4.5.3.2.7).
        package var commandTimeout: Duration = .seconds(300)
        /// How long a handshake may take; it takes some round trips and no thought.
        package var handshakeTimeout: Duration = .seconds(60)
        /// How long a client waits for the greeting; who cannot wait shows that it does not follow the protocol.
        package var greetingDelay: Duration = .zero
        /// What becomes of a client that talks before the greeting.
        package var earlyTalkers = EarlyTalkers.accept
        /// How long the reply to a mistake waits once there are more than the session's `patientErrors`.
        package var tarpitDelay: Duration = .zero
        /// How long it may pause within the data (RFC 5321, section 4.5.3.2.5).
        package var dataTimeout: Duration = .seconds(180)
        /// How long a message in progress may take to finish when the server stops.
        package var gracePeriod: Duration = .seconds(10)
        /// How long a client that was cut off may take to read why.
        package var lingering: Duration = .seconds(5)
        /// The octets that are read from it meanwhile: more than the buffers of both kernels hold (by default 6 MiB here
        /// and 4 MiB there), so that who was on the way to read a reply gets it, and who only writes is left.
        package var lingeringOctets = 16 << 20
        /// How connections are encrypted; `nil` if they cannot be.
        package var tls: TLSSettings?
        /// Who knows the users; without one, AUTH is not offered.
        package var authenticator: (any Authenticator)?
        /// Load balancers, which begin each connection with a PROXY header.
        package var proxies: [AddressRange] = []
        /// Clients that may speak for others by XCLIENT.
        package var forwarders: [AddressRange] = []
        /// The octets a second that data must bring on the average, once ``slowStart`` has passed.
        package var minimumDataRate = 256
        /// How long data may come as slowly as they like.
        package var slowStart: Duration = .seconds(60)
        /// How many threads serve the sockets.
        package var threads = 1

        /// A configuration with the limits that fit mail between servers.
        package init(listeners: [ListenerAddress], session: ServerSession.Configuration) {
            self.listeners = listeners
            self.session = session
        }
    }
}
