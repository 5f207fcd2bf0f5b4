import Synchronization

/// How far the steps of a phase have come, kept where a step that hangs cannot hold it back.
final class PhaseProgress: Sendable {
    private struct State {
        var subject: SessionSteps.Subject
        var ruling: SessionSteps.Ruling?
    }

    private let state: Mutex<State>

    init(of subject: SessionSteps.Subject) {
        state = Mutex(State(subject: subject))
    }

    /// What the steps work on: as it was before the one under way, and at the end as they left it.
    ///
    /// At `message`, where nobody goes on after a failure, only as it was before the first.
    var subject: SessionSteps.Subject {
        get { state.withLock { $0.subject } }
        set { state.withLock { $0.subject = newValue } }
    }

    /// What they came to; `nil` while they are under way.
    var ruling: SessionSteps.Ruling? { state.withLock { $0.ruling } }

    /// Notes the end.
    func end(_ subject: SessionSteps.Subject, _ ruling: SessionSteps.Ruling) {
        state.withLock { $0 = State(subject: subject, ruling: ruling) }
    }
}
