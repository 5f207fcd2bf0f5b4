import StageKit

/// Where a step stands.
enum StepPlace: Sendable, Hashable {
    /// In the SMTP dialogue.
    case session(SessionPhase)
    /// After the durable line.
    case deliver

    /// The first part of the ids of its steps.
    var prefix: String {
        switch self {
        case .session(let phase): "session.\(phase.rawValue)"
        case .deliver: "deliver"
        }
    }

    /// The place in words.
    var shown: String {
        switch self {
        case .session(let phase): "session: \(phase.rawValue)"
        case .deliver: "deliver"
        }
    }
}

/// The keys that the engine owns on every step.
enum StepKey: String, CaseIterable, Sendable {
    case name = "as"
    case when
    case timeout
    case onError = "on-error"
    case required
    case concurrency

    /// Whether it means something there: a failure in the session is always "try again later".
    func fits(_ place: StepPlace) -> Bool {
        switch self {
        case .name, .when, .timeout: true
        case .onError, .required, .concurrency: place == .deliver
        }
    }

    /// Why it means nothing in the session.
    var reason: String {
        self == .concurrency
            ? "the session takes one step after the other" : "a failure there is always \"try again later\""
    }

    /// What it says, for the schema and the reference.
    var summary: String {
        switch self {
        case .name: "The last part of the step's id, where the stage's name will not do."
        case .when: "The condition under which the step is taken."
        case .timeout: "How long one call may take."
        case .onError: "What happens after a failure of this step; only after the durable line."
        case .required: "Whether a failure keeps the message from being delivered; only after the durable line."
        case .concurrency: "How many calls run at once; only after the durable line."
        }
    }
}
