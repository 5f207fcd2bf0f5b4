/// What has become of one recipient of a message.
package enum RecipientState: Sendable, Equatable {
    case pending
    case delivered
    case bounced(reason: String)
    case discarded(step: String, reason: String)
    case quarantined(step: String, reason: String)

    /// Whether it still waits for delivery.
    package var isPending: Bool {
        if case .pending = self { true } else { false }
    }

    /// Whether it waits for an operator.
    package var isQuarantined: Bool {
        if case .quarantined = self { true } else { false }
    }
}
