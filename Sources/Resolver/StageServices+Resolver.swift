package import StageKit

extension StageServices {
    /// The resolver that the site's settings describe, shared by all stages that ask the DNS.
    ///
    /// - Throws: ``ConfigurationError`` for a server that is no address, and what ``DNSResolver/init(configuration:)`` throws.
    package func resolver() throws -> DNSResolver {
        // A reload may name other servers; what asked the old ones goes on to do so.
        let metrics = try resolverMetrics()
        return try shared(named: resolverName) {
            var configuration = ResolverConfiguration()
            configuration.deadline = site.resolverTimeout
            configuration.minimumLifetime = site.resolverLifetimes.lowerBound
            configuration.maximumLifetime = site.resolverLifetimes.upperBound
            configuration.maximumNegativeLifetime = site.resolverNegativeLifetime
            for server in site.resolverServers {
                guard let listener = ListenerAddress(server), let address = IPAddress(listener.host) else {
                    throw ConfigurationError("must be an address and a port such as 127.0.0.1:53, not \(server)")
                }
                configuration.servers.append(.init(address, port: UInt16(listener.port)))
            }
            return try DNSResolver(configuration: configuration, metrics: metrics)
        }
    }

    /// What the questions of all resolvers came to; another one after a reload goes on counting.
    ///
    /// - Throws: Nothing of its own.
    package func resolverMetrics() throws -> ResolverMetrics { try shared { ResolverMetrics() } }

    /// The name under which components share what asks this resolver.
    package var resolverName: String {
        let lifetimes = "\(site.resolverLifetimes) \(site.resolverNegativeLifetime)"
        return "\(site.resolverServers) \(site.resolverTimeout) \(lifetimes)"
    }
}
