/// Whom the resolver asks, how long it waits and what it remembers.
package struct ResolverConfiguration: Sendable {
    /// One DNS server.
    package struct Server: Sendable, Hashable {
        /// The server's address.
        package var address: IPAddress
        /// Its port, for UDP and TCP.
        package var port: UInt16

        /// A server, on port 53 unless told otherwise.
        package init(_ address: IPAddress, port: UInt16 = 53) {
            self.address = address
            self.port = port
        }
    }

    /// The servers to ask, the first one first; none means those of the system's `resolv.conf`.
    package var servers: [Server] = []
    /// How long one server has for one attempt; doubled after each round through all servers.
    package var attemptTimeout: Duration = .milliseconds(1_500)
    /// How often each server is asked before the question fails.
    package var attempts = 2
    /// How long a question may take in all.
    package var deadline: Duration = .seconds(8)
    /// The most answers kept in memory; about 300 octets each.
    package var cacheCapacity = 20_000
    /// The most octets of answers kept in memory, so that strangers with records of 64 KB cannot fill it.
    package var cacheOctets = 32_000_000
    /// The most questions under way at once; more fail at once, so a flood cannot fill the memory.
    package var pendingCapacity = 10_000
    /// The least time that a positive answer is kept; answers that say 0 are kept this long.
    package var minimumLifetime: Duration = .zero
    /// The most time that a positive answer is kept (RFC 1035, section 3.2.1 allows shorter).
    package var maximumLifetime: Duration = .seconds(86_400)
    /// The most time that a negative answer is kept (RFC 2308, section 5 suggests one to three hours).
    package var maximumNegativeLifetime: Duration = .seconds(3_600)

    /// The defaults: the system's servers.
    package init() {}

    /// The defaults with servers.
    package init(servers: [Server]) { self.servers = servers }
}
