import Synchronization

/// What the steps of a phase work on, as it was before those steps whose failure does not end everything.
final class EarlierStates: Sendable {
    private let states = Mutex<(number: Int, subject: SessionSteps.Subject)?>(nil)

    /// The subject before a step, as long as it is the last one that was kept.
    subscript(number: Int) -> SessionSteps.Subject? {
        get { states.withLock { $0?.number == number ? $0?.subject : nil } }
        set { states.withLock { $0 = newValue.map { (number, $0) } } }
    }
}
