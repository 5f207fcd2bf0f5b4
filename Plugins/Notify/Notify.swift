import Arrivals
package import StageKit
import Mailboxes

/// Tells those who listen (`sluice watch`, the event stream) of new mail.
///
/// ```yaml
/// - notify: { required: false }
/// ```
package final class Notify: BatchStage {
    package typealias Configuration = NoConfiguration

    package static let manifest = StageManifest(
        name: "notify",
        summary: "Tells those who listen of new mail.",
        reads: [StoredFacts.number.declaration],
        effects: .idempotent(by: "user and mail number: each arrival is told once"))

    /// Telling is cheap, so a batch is as large as those of the steps before.
    package let batchLimit = 64
    private let services: StageServices
    private let bus = Prepared<ArrivalBus>()

    package init(configuration: NoConfiguration, services: StageServices) {
        self.services = services
    }

    package func prepare() async throws {
        bus.set(try services.arrivalBus())
    }

    package func process(_ batch: inout [Message], in context: StageContext) async throws -> [Verdict] {
        let bus = try bus.value(or: .unprepared(Self.name))
        for index in batch.indices {
            let parsed = batch[index].parsed
            bus.publish(batch[index].recipients.compactMap { arrival(of: batch[index], parsed, for: $0) })
        }
        return batch.map { _ in .proceed }
    }
}
