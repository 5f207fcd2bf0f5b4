package import Bytes
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
    /// What the digest is of.
    package let text: PipelineText
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

/// The files that make a version of a pipeline.
package struct PipelineText: Sendable, Hashable {
    /// The name of the pipeline's file in its directory.
    package let fileName: String
    /// The octets of that file.
    package let pipeline: [UInt8]
    /// The octets of `site.yaml`.
    package let site: [UInt8]

    /// A text of these files.
    package init(fileName: String, pipeline: [UInt8], site: [UInt8]) {
        self.fileName = fileName
        self.pipeline = pipeline
        self.site = site
    }
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
    /// How many messages may be pending or in quarantine.
    package let messages: Int
    /// How much space they may take.
    package let size: ByteCount
    /// How much space must be left on the disk for new mail to be taken.
    package let diskReserve: ByteCount

    /// The largest message that can be kept.
    package var capacity: ByteCount { min(size, Self.largestMessage) }

    /// What all default stages can take: a message has to fit into one value of the metadata store (250 MB there).
    package static let largestMessage = ByteCount(octets: 200_000_000)
    /// About 1 KB of memory each: a quarter of a gigabyte for a pipeline whose destination is down.
    package static let standardMessages = 250_000
    /// Days of mail for a small site, and a part of any disk that servers have.
    package static let standardSize = ByteCount(octets: 16_000_000_000)
    /// The stores, the index and the log must be able to go on with what was accepted.
    package static let standardDiskReserve = ByteCount(octets: 64_000_000)
}
