package import SMTP
package import StageKit

/// Everything that a directory of pipeline files says, checked.
package struct SitePlan: Sendable {
    /// What all pipelines share.
    package let site: Site
    /// The path of `site.yaml`.
    package let sourceFile: String
    /// Where the address of the local interface stands, if the file has one.
    package let controlLocation: SourceLocation?
    /// The pipelines by the names of their files.
    package let pipelines: [PipelinePlan]
}

/// One pipeline, checked: its components exist, but have not opened anything.
package struct PipelinePlan: Sendable {
    /// The name in the file, different from those of all other pipelines.
    package let name: String
    /// SHA-256 of `site.yaml` and this file, in hexadecimal digits; queued mail is pinned to it.
    package let digest: String
    /// The path of the file as the operator gave it.
    package let sourceFile: String
    /// What lets mail in.
    package let receivers: [ReceiverStep]
    /// The steps of each phase, in order; a phase without steps may be missing.
    package let session: [SessionPhase: [Step]]
    /// The durable line.
    package let accept: AcceptPlan
    /// The steps after it, in order.
    package let deliver: [Step]
    /// What happens after a failure where a step does not say.
    package let onError: ErrorPolicy
    /// The tests in the file, of the right shape.
    package let tests: [TestCase]
}

/// One receiver of a pipeline.
package struct ReceiverStep: Sendable {
    /// The receiver.
    package let component: any Receiver
    /// Where its name stands.
    package let location: SourceLocation
}

/// The durable line of a pipeline.
package struct AcceptPlan: Sendable, Hashable {
    /// What a client is told when the queue has no room (4yz).
    package let whenFull: Reply
}
