package import Addressing
package import Bytes
package import SMTP
package import SMTPServer
package import StageKit

extension ReceiveSMTP {
    /// The settings under `receive: { smtp: … }`.
    package struct Configuration: StageConfiguration {
        /// Where to listen for connections in the clear.
        package var listeners: [ListenerAddress]
        /// Which protocol is spoken.
        package var dialect: ServerSession.Dialect
        /// How connections are encrypted.
        package var tls: TLS
        /// Load balancers, which say whom they speak for by the PROXY protocol.
        package var proxies: [AddressRange]
        /// Clients that say whom they speak for by XCLIENT.
        package var forwarders: [AddressRange]
        /// Whether reports about delivery are offered.
        package var offersDSN: Bool
        /// The limits of messages, transactions and sessions.
        package var limits: Limits
        /// What becomes of a CR or LF alone in the data.
        package var bareNewlines: BareNewlines
        /// How long a client may take.
        package var timeouts: Timeouts
        /// How long a client waits for the greeting.
        package var greetingDelay: Duration
        /// What becomes of a client that talks before the greeting.
        package var earlyTalkers: EarlyTalkers
        /// How clients that make many mistakes are slowed down.
        package var tarpit: Tarpit
        /// Commands that are answered as if they did not exist.
        package var disabledCommands: Set<ServerSession.OptionalCommand>
        /// How many threads serve the sockets.
        package var threads: Int

        /// How clients that make many mistakes are slowed down.
        package struct Tarpit: Sendable {
            /// So many mistakes are answered at once.
            package var afterErrors: Int
            /// How long each further reply to a mistake waits.
            package var delay: Duration
        }

        /// What a client may ask for.
        package struct Limits: Sendable {
            /// The largest message.
            package var message: ByteCount
            /// The most recipients of one message.
            package var recipients: Int
            /// The most sessions at once.
            package var sessions: Int
            /// The most sessions at once from one address.
            package var sessionsPerAddress: Int
            /// The mistakes after which a session ends.
            package var errors: Int
            /// The commands that bring no mail after which each further one is a mistake.
            package var idleCommands: Int
            /// The octets a second that data must bring on the average.
            package var dataRate: ByteCount
        }

        /// How long a client may take.
        package struct Timeouts: Sendable {
            /// For a TLS handshake.
            package var handshake: Duration
            /// For the next command.
            package var command: Duration
            /// Between two pieces of the data.
            package var data: Duration
            /// For data that come slower than the least rate.
            package var slowStart: Duration
            /// For a message in progress when the server stops.
            package var grace: Duration
        }

        /// Takes the settings.
        package init(from settings: inout Settings) throws {
            let listen: [ListenerSetting] = settings.take(
                "listen", default: [], "The addresses and ports to listen on; `tls: listen` has the encrypted ones.")
            listeners = listen.map(\.address)
            dialect = settings.take(
                "protocol", default: .smtp,
                "The protocol: smtp between servers, or lmtp, which has a reply for each recipient after the data.")
            tls = settings.takeGroup("tls", "How connections are encrypted.", TLS.init(from:))
            let proxies: [AddressRangeSetting] = settings.take(
                "proxy-protocol", default: [],
                "The load balancers, which must begin each connection with a PROXY header of version 1 or 2.")
            self.proxies = proxies.map(\.range)
            let forwarders: [AddressRangeSetting] = settings.take(
                "xclient", default: [], "The clients that may say by XCLIENT whom they speak for.")
            self.forwarders = forwarders.map(\.range)
            offersDSN = settings.take(
                "dsn", default: false,
                "Whether senders may ask for reports about delivery; only where the pipeline sends them.")
            limits = settings.takeGroup("limits", "What a client may ask for.", Limits.init(from:))
            bareNewlines = settings.take(
                "bare-newlines", default: .normalise,
                "What becomes of a CR or LF that stands alone in the data; neither ever ends it.")
            timeouts = settings.takeGroup("timeouts", "How long a client may take.", Timeouts.init(from:))
            greetingDelay = settings.take(
                "greeting-delay", default: .zero,
                "How long a client waits for the greeting, at most 60s; who talks meanwhile is an early talker.")
            earlyTalkers = settings.take(
                "early-talkers", default: .accept,
                "What becomes of early talkers; accepted ones have the fact client.early-talker.")
            tarpit = settings.takeGroup(
                "tarpit", "How clients that make many mistakes are slowed down.", Tarpit.init(from:))
            let disabled: [ServerSession.OptionalCommand] = settings.take(
                "disabled-commands", default: [],
                "Commands that are answered as if they did not exist; EXPN always is.")
            disabledCommands = Set(disabled)
            threads = settings.take("threads", default: 1, "The threads that serve the sockets.")
        }
    }
}

extension ReceiveSMTP.Configuration.Limits {
    init(from settings: inout Settings) {
        message = settings.take("message", default: .megabytes(25), "The largest message.")
        recipients = settings.take(
            "recipients", default: 100, "The most recipients of one message; senders may count on 100.")
        sessions = settings.take("sessions", default: 2_000, "The most sessions at once.")
        sessionsPerAddress = settings.take(
            "sessions-per-address", default: 200,
            "The most sessions at once from one IPv4 address or one IPv6 network of 64 bits.")
        errors = settings.take("errors", default: 20, "The mistakes and refusals after which a session ends.")
        idleCommands = settings.take(
            "idle-commands", default: 100, "The commands without a message after which each further one is a mistake.")
        dataRate = settings.take(
            "data-rate", default: ByteCount(octets: 256),
            "What data must bring each second, on the average since they began; 0B is no limit.")
    }
}

extension ReceiveSMTP.Configuration.Tarpit {
    init(from settings: inout Settings) {
        afterErrors = settings.take("after-errors", default: 5, "So many mistakes are answered at once.")
        delay = settings.take(
            "delay", default: .zero, "How long the reply to each further mistake waits, at most 60s.")
    }
}

extension ReceiveSMTP.Configuration.Timeouts {
    init(from settings: inout Settings) {
        handshake = settings.take("handshake", default: .seconds(60), "How long a TLS handshake may take.")
        command = settings.take("command", default: .seconds(300), "How long the next command may take.")
        data = settings.take("data", default: .seconds(180), "How long a client may pause within the data.")
        slowStart = settings.take(
            "slow-start", default: .seconds(60), "How long data may come slower than `limits: data-rate`.")
        grace = settings.take(
            "grace", default: .seconds(10), "How long a message in progress may take when the server stops.")
    }
}
