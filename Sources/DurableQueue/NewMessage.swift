package import Bytes
package import StageKit

/// A message on its way into the queue.
package struct NewMessage: Sendable {
    package var id: MessageID
    package var pipeline: PipelineVersion
    /// When the session took it.
    package var received: Timestamp
    /// The envelope and facts, in whatever encoding the engine uses.
    package var head: [UInt8]
    package var content: Octets
    /// Where the content was written already; without one it is written into the journal.
    package var spool: Spool?
    /// How many recipients it has; the queue knows them by their index, and counts a message without any as one.
    package var recipientCount: Int
    package var disposition: Disposition
    /// Recipients of a delivered message who are settled already: kept aside or left out by the session.
    package var settled: [(index: Int, state: RecipientState)]
    /// What its pipeline may hold.
    package var limits: PipelineLimits

    package init(
        id: MessageID, pipeline: PipelineVersion, received: Timestamp, head: [UInt8], content: Octets,
        spool: Spool? = nil, recipientCount: Int, disposition: Disposition = .deliver,
        settled: [(index: Int, state: RecipientState)] = [], limits: PipelineLimits = .none
    ) {
        self.id = id
        self.pipeline = pipeline
        self.received = received
        self.head = head
        self.content = content
        self.spool = spool
        self.recipientCount = recipientCount
        self.disposition = disposition
        self.settled = settled
        self.limits = limits
    }
}
