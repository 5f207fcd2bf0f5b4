public import Addressing

/// What all pipelines of a server share: the content of `site.yaml`.
public struct Site: Sendable, Hashable {
    /// The name the server gives itself in greetings and trace fields.
    public var hostName: String
    /// The domains whose mail is for us, in lower case.
    public var localDomains: Set<String>
    /// Where everything durable lies.
    public var dataDirectory: String
    /// The DNS servers to ask, as `address:port`; none means those of the system.
    public var resolverServers: [String]
    /// How long one DNS query may take, with all its retries.
    public var resolverTimeout: Duration
    /// For how long DNS records are remembered at least and at most, whatever they say themselves.
    public var resolverLifetimes: ClosedRange<Duration> = .zero ... .seconds(86_400)
    /// For how long it is remembered at most that the DNS has nothing (RFC 2308, section 5).
    public var resolverNegativeLifetime: Duration = .seconds(3_600)
    /// Where the local HTTP interface listens.
    public var controlListener: ListenerAddress?
    /// The file of the Public Suffix List; nil means the one of the system.
    public var publicSuffixes: String?
    /// The user who gets the mail for `postmaster` at all local domains (RFC 5321, section 4.5.1); nil means that it goes to
    /// users of that name, where there are any.
    public var postmaster: EmailAddress?

    /// A site of these parts.
    public init(
        hostName: String, localDomains: Set<String>, dataDirectory: String, resolverServers: [String] = [],
        resolverTimeout: Duration = .seconds(5), controlListener: ListenerAddress? = nil,
        publicSuffixes: String? = nil
    ) {
        self.hostName = hostName
        self.localDomains = localDomains
        self.dataDirectory = dataDirectory
        self.resolverServers = resolverServers
        self.resolverTimeout = resolverTimeout
        self.controlListener = controlListener
        self.publicSuffixes = publicSuffixes
    }
}
