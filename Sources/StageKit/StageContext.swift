public import Bytes
public import Logging

/// What a stage is told beside the message.
public struct StageContext: Sendable {
    /// The pipeline's name.
    public let pipeline: String
    /// The stable id of the step, such as `deliver.index`; idempotency keys contain it.
    public let step: String
    /// A log that already names pipeline and step.
    public let logger: Logger
    /// The wall clock.
    public let now: @Sendable () -> Timestamp

    /// A context of these parts.
    public init(pipeline: String, step: String, logger: Logger, now: @escaping @Sendable () -> Timestamp) {
        self.pipeline = pipeline
        self.step = step
        self.logger = logger
        self.now = now
    }
}
