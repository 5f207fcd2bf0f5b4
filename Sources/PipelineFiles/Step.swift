package import SMTP
package import StageKit

/// One step of a pipeline.
package struct Step: Sendable {
    /// The stable id, such as `session.mail.check-spf` or `deliver.index`; `as:` sets its last part.
    package let id: String
    /// What it does.
    package let kind: Kind
    /// When it does it; `nil` means always.
    package let when: Condition?
    /// How long one call may take.
    package let timeout: Duration
    /// How many calls run at once after the durable line.
    package let concurrency: Int
    /// Whether a failure keeps the message from being delivered.
    package let isRequired: Bool
    /// What happens after a failure, if not what the pipeline says.
    package let onError: ErrorPolicy?
    /// Where its name stands.
    package let location: SourceLocation

    /// What a step does.
    package enum Kind: Sendable {
        /// It asks a stage.
        case stage(any Stage)
        /// It takes the first branch whose condition holds; the last one always does.
        case decide([Branch])
    }
}

/// One way out of a `decide`.
package struct Branch: Sendable, Hashable {
    /// When it is taken; `nil` for `otherwise`.
    package let when: Condition?
    /// Where the message goes.
    package let action: Action
    /// The facts it sets before, in the file's order.
    package let set: [Assignment]

    /// Where a branch sends a message.
    package enum Action: Sendable, Hashable {
        /// On to the next step.
        case proceed
        /// Back for good, with a 5yz reply.
        case reject(Reply)
        /// Back for now, with a 4yz reply.
        case postpone(Reply)
        /// Nowhere, for a reason.
        case discard(reason: String)
        /// Kept aside for the operator, for a reason.
        case quarantine(reason: String)
    }

    /// A fact and the value it gets.
    package struct Assignment: Sendable, Hashable {
        /// The fact's name.
        package let name: String
        /// Its value, of the fact's declared type.
        package let value: FactValue
    }
}
