import Synchronization

/// Waits for a component, but not for ever: one that hangs is what a test has to find.
enum Patience {
    /// Far more than any call of a stage takes, on the slowest machine.
    static let limit: Duration = .seconds(60)

    /// The component did not return in time.
    struct Exhausted: Error, CustomStringConvertible {
        let limit: Duration
        var description: String { "it did not return within \(limit)" }
    }

    /// The limit of the calls within; tests of hanging components make it short.
    @TaskLocal static var current: Duration = limit

    /// The result of a call; if it takes too long, it is cancelled and left behind.
    ///
    /// - Throws: What the call throws, or ``Exhausted``.
    static func result<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let limit = current
        let answer = Answer<Value>()
        // Unstructured, since a structured child would be waited for, however long it hangs.
        let call = Task {
            do {
                answer.give(.success(try await body()))
            } catch {
                answer.give(.failure(error))
            }
        }
        let timer = Task {
            do {
                try await Task.sleep(for: limit)
            } catch {
                return
            }
            answer.give(.failure(Exhausted(limit: limit)))
            call.cancel()
        }
        defer { timer.cancel() }
        return try await answer.value
    }
}

/// The first of several answers.
private final class Answer<Value: Sendable>: Sendable {
    private enum State {
        case open
        case given(Result<Value, any Error>)
        case waiting(CheckedContinuation<Value, any Error>)
        case taken
    }

    private let state = Mutex(State.open)

    func give(_ result: Result<Value, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            switch state {
            case .open:
                state = .given(result)
                return nil
            case .waiting(let continuation):
                state = .taken
                return continuation
            case .given, .taken: return nil
            }
        }
        waiting?.resume(with: result)
    }

    /// To be asked once.
    var value: Value {
        get async throws {
            try await withCheckedThrowingContinuation { continuation in
                let given = state.withLock { state -> Result<Value, any Error>? in
                    if case .given(let result) = state {
                        state = .taken
                        return result
                    }
                    state = .waiting(continuation)
                    return nil
                }
                if let given { continuation.resume(with: given) }
            }
        }
    }
}
