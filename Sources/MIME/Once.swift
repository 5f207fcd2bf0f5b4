import Synchronization

/// A value that is made when it is first asked for, and then kept for all who ask again.
///
/// Two who ask at the same time may both make it; what they make is equal.
struct Once<Value: Sendable>: ~Copyable, Sendable {
    private let kept = Mutex<Value?>(nil)

    /// The value kept, or else the one made now.
    func value(_ make: () -> Value) -> Value {
        if let value = kept.withLock({ $0 }) { return value }
        let made = make()
        kept.withLock { $0 = made }
        return made
    }
}
