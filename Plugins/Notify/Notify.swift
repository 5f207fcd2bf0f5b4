import Arrivals
package import StageKit
import Mailboxes
import Synchronization

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
    private let bus = Mutex<ArrivalBus?>(nil)

    package init(configuration: NoConfiguration, services: StageServices) {
        self.services = services
    }

    package func prepare() async throws {
        let shared = try services.arrivalBus()
        bus.withLock { $0 = shared }
    }

    package func process(_ batch: inout [Message], in context: StageContext) async throws -> [Verdict] {
        guard let bus = bus.withLock({ $0 }) else {
            throw StageContractViolation("notify was used before it was prepared")
        }
        for index in batch.indices {
            let parsed = batch[index].parsed
            bus.publish(batch[index].recipients.compactMap { arrival(of: batch[index], parsed, for: $0) })
        }
        return batch.map { _ in .proceed }
    }
}
