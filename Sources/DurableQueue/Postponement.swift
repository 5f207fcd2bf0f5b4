package import Bytes

/// A later attempt; without a time, where a message goes on if an operator lets it out of quarantine.
package struct Postponement: Sendable, Equatable {
    /// Not before; `nil` where nobody waits.
    package var until: Timestamp?
    /// The step to go on with.
    package var step: String
    /// Why, for the operator.
    package var reason: String
    /// What the engine wants back at the next attempt.
    package var progress: [UInt8]

    package init(until: Timestamp?, step: String, reason: String, progress: [UInt8] = []) {
        self.until = until
        self.step = step
        self.reason = reason
        self.progress = progress
    }
}
