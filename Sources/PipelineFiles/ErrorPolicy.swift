/// What happens to a message after the durable line when a step fails.
package struct ErrorPolicy: Sendable, Hashable {
    /// When a transient failure is tried again.
    package let retry: Retry
    /// What happens when there is no time left for another try.
    package let afterRetries: Outcome
    /// What happens at once after a permanent failure.
    package let permanent: Outcome

    /// Growing times between tries.
    package struct Retry: Sendable, Hashable {
        /// From the first failure to the second try.
        package let first: Duration
        /// By what each time is longer than the one before; at least 1.
        package let factor: Double
        /// The longest time between two tries.
        package let max: Duration
        /// How long tries go on, from the acceptance of the message.
        package let total: Duration
    }

    /// The end of a message that could not be delivered.
    package enum Outcome: Sendable, Hashable {
        /// It is kept aside for the operator.
        case quarantine
        /// It is dropped, for a reason.
        case discard(reason: String)
    }

    /// The policy of a pipeline that says nothing: five days of tries (RFC 5321, section 4.5.4.1), then quarantine.
    package static let standard = ErrorPolicy(
        retry: Retry(first: .seconds(60), factor: 2, max: .seconds(3_600), total: .seconds(5 * 86_400)),
        afterRetries: .quarantine, permanent: .quarantine)
}
