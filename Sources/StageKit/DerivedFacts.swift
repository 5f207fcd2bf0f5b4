import Bytes
import MIME
import Synchronization

/// The facts that follow from a message's content, each found out when somebody first asks for it.
///
/// Hardly any of them is asked for, so they are found out late and kept nowhere: who has the message has them.
final class DerivedFacts: Sendable {
    private struct State {
        var message: ParsedMessage?
        var known: [UInt32: FactValue] = [:]
    }

    let derivation: Derivation
    private let content: Octets
    private let state: Mutex<State>

    /// The facts of some content, parsed already or only when it must be.
    init(_ derivation: Derivation, of content: Octets, parsed: ParsedMessage?) {
        self.derivation = derivation
        self.content = content
        state = Mutex(State(message: parsed))
    }

    /// The fact of a number; `nil` if it does not follow from the content.
    func value(for number: UInt32) -> FactValue? {
        guard derivation.has(number) else { return nil }
        return state.withLock { state in
            if let value = state.known[number] { return value }
            let message = state.message ?? ParsedMessage(parsing: content)
            state.message = message
            let value = derivation.value(for: number, of: message)
            state.known[number] = value
            return value
        }
    }
}

extension Message {
    /// Has facts follow from the content from now on; another stage's value for one of them counts before it.
    package mutating func derive(_ derivation: Derivation) {
        facts.derived = DerivedFacts(derivation, of: content, parsed: parse?.message)
    }
}

/// A stage some of whose facts follow from the content.
///
/// The queue does not keep them; a message that comes back from it is given to the stage again.
package protocol DerivingStage: Stage {
    /// Has the facts follow from the message's content; looks at nothing yet.
    func derive(_ message: inout Message)
}
