import ClientPolicy
import Synchronization

/// The counts of all steps of a server, the present one of each.
final class StepLimiters: Sendable {
    private struct Entry {
        let configuration: LimitRate.Configuration
        let limiter: RateLimiter<AddressBlock>
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// What a step has counted so far under these settings.
    func limiter(of step: String, _ configuration: LimitRate.Configuration) -> RateLimiter<AddressBlock> {
        entries.withLock { entries in
            if let known = entries[step], known.configuration == configuration { return known.limiter }
            let limiter = RateLimiter<AddressBlock>(count: configuration.allowed, per: configuration.period)
            entries[step] = Entry(configuration: configuration, limiter: limiter)
            return limiter
        }
    }
}
