package import StageKit

/// The components that pipeline files may name.
package struct StageCatalog: Sendable {
    /// All of them, sorted by name.
    package let components: [any Component.Type]
    private let byName: [String: any Component.Type]
    private let providers: [String: [FactDeclaration: [String]]]

    /// A catalogue of components with different names; of two with one name the first counts.
    package init(_ components: [any Component.Type]) {
        byName = Dictionary(components.map { ($0.manifest.name.description, $0) }) { first, _ in first }
        self.components = byName.sorted { $0.key < $1.key }.map(\.value)
        var providers: [String: [FactDeclaration: [String]]] = [:]
        for component in self.components {
            for fact in component.manifest.provides {
                providers[fact.name, default: [:]][fact, default: []].append(component.manifest.name.description)
            }
        }
        self.providers = providers
    }

    /// The component of a name.
    package subscript(name: String) -> (any Component.Type)? { byName[name] }

    /// The names of all stages.
    package var stageNames: [String] {
        components.compactMap { component in
            let stage = component as? any Stage.Type
            return stage.map { $0.manifest.name.description }
        }
    }

    /// The names of all receivers.
    package var receiverNames: [String] {
        components.compactMap { component in
            let receiver = component as? any Receiver.Type
            return receiver.map { $0.manifest.name.description }
        }
    }

    /// A fact that some stage or the engine provides.
    func fact(of name: String) -> FactDeclaration? {
        providers[name]?.keys.first ?? Self.core.first { $0.name == name }
    }

    /// The names of the stages that provide a fact, sorted.
    func providers(of name: String) -> [String] {
        (providers[name] ?? [:]).values.joined().sorted()
    }

    /// Why a fact is not there, in words.
    func absence(of name: String, in scope: FactScope) -> (code: Finding.Code, text: String, suggestion: String?) {
        let stages = providers(of: name)
        if !stages.isEmpty {
            return (.factNotKnown, "\(name) is not known yet; \(stages.joined(separator: " or ")) provides it", nil)
        }
        if let phase = Self.phase(of: name) {
            return (.factNotKnown, "\(name) is not known yet; it is from session: \(phase.rawValue) on", nil)
        }
        if name == CoreFacts.junk.name {
            return (.factNotKnown, "\(name) is not known yet; a decide before this must set it", nil)
        }
        let known = Set(scope.facts.keys).union(providers.keys).union(Self.core.map(\.name))
        let parts = name.split(separator: "-", maxSplits: 1)
        if parts.count == 2, known.contains(String(parts[0])) {
            return (.unknownFact, "there is no fact \(name); a minus needs spaces around it", nil)
        }
        return (.unknownFact, "there is no fact \(name)", closest(to: name, among: known.sorted()))
    }

    private static let core = CoreFacts.declarations(from: .message) + [CoreFacts.junk.declaration]

    private static func phase(of name: String) -> SessionPhase? {
        SessionPhase.allCases.first { phase in CoreFacts.declarations(from: phase).contains { $0.name == name } }
    }
}
