import Addressing
import ClientPolicy
import Logging
import Resolver
import SMTP
package import StageKit

/// Looks the client up in lists of addresses that others publish in the DNS (RFC 5782); refuses nothing unless told to.
///
/// ```yaml
/// connect:
///   - check-dnsbl:
///       lists:
///         - { zone: zen.spamhaus.org }
///         - { zone: dnsbl.example.org, codes: [127.0.0.2], score: 0.5 }
///         - { zone: list.dnswl.org, score: -1 }
///       reject-at: 1
/// ```
package final class CheckDNSBL: ConnectStage {
    /// The facts of a client.
    package enum Provided {
        package static let lists = Fact<[String]>("dnsbl.lists", "The zones of the lists that have the client.")
        package static let score = Fact<Double>("dnsbl.score", "The sum of the scores of these lists.")
        package static let failures = Fact<Int>("dnsbl.failures", "How many lists gave no answer of use.")
    }

    package static let manifest = StageManifest(
        name: "check-dnsbl",
        summary: "Looks the client up in lists of addresses that others publish in the DNS.",
        provides: [Provided.lists.declaration, Provided.score.declaration, Provided.failures.declaration],
        timeout: .seconds(15))

    private let configuration: Configuration
    private let services: StageServices
    private let resolver = Prepared<DNSResolver>()

    package init(configuration: Configuration, services: StageServices) throws {
        self.configuration = configuration
        self.services = services
    }

    package func prepare() async throws {
        resolver.set(try services.resolver())
    }

    package func connect(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        try await process(&message, in: context)
    }

    package func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        let resolver = try resolver.value(or: .unprepared(Self.name))
        var finding = Finding()
        if let address = IPAddress(message.client.address) {
            finding = await find(address, using: resolver, logger: context.logger)
        }
        message.facts[Provided.lists] = finding.listed.map(\.zone)
        message.facts[Provided.score] = finding.score
        message.facts[Provided.failures] = finding.failures
        guard let limit = configuration.rejectAt, finding.score >= limit,
            let list = finding.listed.first(where: { $0.score > 0 })
        else { return .proceed }
        return .reject(
            Reply(
                554, EnhancedStatusCode(5, 7, 1),
                "Service unavailable; client \(message.client.address) is listed by \(list.zone)"),
            reason: "listed by \(finding.listed.map(\.zone).joined(separator: ", ")), score \(finding.score)")
    }

    /// What all lists together say.
    private struct Finding {
        var listed: [Configuration.List] = []
        var failures = 0
        var score: Double { listed.reduce(0) { $0 + $1.score } }
    }

    /// Asks all lists at once; a list that fails says nothing about the client.
    private func find(_ address: IPAddress, using resolver: DNSResolver, logger: Logger) async -> Finding {
        await withTaskGroup { group in
            for (index, list) in configuration.lists.enumerated() {
                group.addTask { (index, await list.blocks.entry(of: address, using: resolver)) }
            }
            var finding = Finding()
            var listed: [Int] = []
            for await (index, entry) in group {
                switch entry {
                case .listed: listed.append(index)
                case .absent: break
                case .unknown(let reason):
                    finding.failures += 1
                    logger.warning(
                        "list of addresses not usable",
                        metadata: ["list": "\(configuration.lists[index].zone)", "error": "\(reason)"])
                }
            }
            finding.listed = listed.sorted().map { configuration.lists[$0] }
            return finding
        }
    }
}
