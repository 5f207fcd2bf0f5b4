package import Bytes
package import StageKit

/// One message in quarantine, in a list.
package struct QuarantineSummary: Sendable, Equatable {
    package var id: MessageID
    package var pipeline: PipelineVersion
    package var received: Timestamp
    /// The size of its content.
    package var size: ByteCount
    /// How many recipients are held.
    package var recipients: Int
    /// The step that held it.
    package var step: String
    package var reason: String
    /// The steps that held recipients.
    package var steps: [String]
    /// The step at which a release lets it go on; `nil` is the first.
    package var resumption: String?
}

extension QuarantineSummary {
    init(_ entry: Entry) {
        var steps: [String] = []
        for case .quarantined(let step, _) in entry.state.recipients where !steps.contains(step) { steps.append(step) }
        self.init(
            id: entry.id, pipeline: entry.version, received: entry.received,
            size: ByteCount(octets: entry.contentCount),
            recipients: entry.state.recipients.count(where: \.isQuarantined), step: steps.first ?? "",
            reason: entry.state.quarantine?.reason ?? "", steps: steps, resumption: entry.state.step)
    }
}
