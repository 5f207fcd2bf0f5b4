public import Bytes
public import Logging
import Synchronization

/// What the server lends to its components.
public struct StageServices: Sendable {
    /// What all pipelines of the server share.
    public let site: Site
    /// A log for events that belong to no message; names the component's pipeline and, unless it is a receiver, its step.
    public let logger: Logger
    /// The wall clock.
    public let now: @Sendable () -> Timestamp
    private let registry: SharedServices

    /// The same services for components that read another version of `site.yaml`; what is shared stays the same.
    public func serving(_ site: Site) -> StageServices {
        StageServices(site: site, logger: logger, now: now, registry: registry)
    }

    /// The same services for a component of a pipeline, with a log that says which it is.
    package func serving(pipeline: String, step: String?) -> StageServices {
        var logger = logger
        logger[metadataKey: "pipeline"] = "\(pipeline)"
        if let step { logger[metadataKey: "step"] = "\(step)" }
        return StageServices(site: site, logger: logger, now: now, registry: registry)
    }

    private init(site: Site, logger: Logger, now: @escaping @Sendable () -> Timestamp, registry: SharedServices) {
        self.site = site
        self.logger = logger
        self.now = now
        self.registry = registry
    }

    /// Services of one server; components of the same server get copies of the same value.
    public init(site: Site, logger: Logger, now: @escaping @Sendable () -> Timestamp) {
        self.init(site: site, logger: logger, now: now, registry: SharedServices())
    }

    /// The one instance of a service that several components use, such as a store; the first caller makes it.
    ///
    /// Call it from ``Component/prepare()``, since making it may open files.
    ///
    /// - Throws: What `make` throws.
    public func shared<Service: Sendable>(
        _ type: Service.Type = Service.self, named name: String = "default", make: () throws -> Service
    ) throws -> Service {
        try registry.service(type, named: name, make: make)
    }
}

/// The services made so far, by type and name.
private final class SharedServices: Sendable {
    private struct Key: Hashable {
        let type: ObjectIdentifier
        let name: String
    }

    private let made = Mutex<[Key: any Sendable]>([:])

    func service<Service: Sendable>(_ type: Service.Type, named name: String, make: () throws -> Service) throws
        -> Service
    {
        try made.withLock { made in
            let key = Key(type: ObjectIdentifier(type), name: name)
            if let known = made[key] as? Service { return known }
            let service = try make()
            made[key] = service
            return service
        }
    }
}
