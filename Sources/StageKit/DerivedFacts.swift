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

    private let derivations: [Derivation]
    private let content: Octets
    private let state: Mutex<State>

    /// The facts of some content, parsed already or only when it must be.
    init(_ derivations: [Derivation], of content: Octets, parsed: ParsedMessage?) {
        self.derivations = derivations
        self.content = content
        state = Mutex(State(message: parsed))
    }

    /// These and those of another derivation.
    func adding(_ derivation: Derivation) -> DerivedFacts {
        DerivedFacts(derivations + [derivation], of: content, parsed: state.withLock { $0.message })
    }

    /// The same facts of another content.
    func with(content: Octets) -> DerivedFacts { DerivedFacts(derivations, of: content, parsed: nil) }

    /// The content, parsed at the first use.
    var parsed: ParsedMessage { state.withLock { parse(&$0) } }

    /// The fact of a number; `nil` if it does not follow from the content.
    func value(for number: UInt32) -> FactValue? {
        guard let derivation = derivations.first(where: { $0.has(number) }) else { return nil }
        return state.withLock { state in
            if let value = state.known[number] { return value }
            let value = derivation.value(for: number, of: parse(&state))
            state.known[number] = value
            return value
        }
    }

    private func parse(_ state: inout State) -> ParsedMessage {
        if let message = state.message { return message }
        let message = ParsedMessage(parsing: content)
        state.message = message
        return message
    }
}

extension Message {
    /// Has facts follow from the content from now on; another stage's value for one of them counts before it.
    package mutating func derive(_ derivation: Derivation) {
        facts.derived =
            facts.derived?.adding(derivation) ?? DerivedFacts([derivation], of: content, parsed: parse?.message)
    }
}

/// A stage some of whose facts follow from the content.
///
/// The queue does not keep them; a message that comes back from it is given to the stage again.
package protocol DerivingStage: Stage {
    /// How its facts follow.
    static var derivation: Derivation { get }
}

extension DerivingStage {
    /// Has the facts follow from the message's content; looks at nothing yet.
    package func derive(_ message: inout Message) { message.derive(Self.derivation) }
}
