import StageKit

extension FileCheck {
    typealias Listener = (address: ListenerAddress, location: SourceLocation)

    /// Checks `receive:`, a group of receivers by name.
    mutating func checkReceivers(
        _ node: SettingNode?, _ start: SourceLocation
    ) -> (steps: [ReceiverStep], listeners: [Listener]) {
        guard let node, node.content != .empty, node.content != .map([]), node.content != .list([]) else {
            note(.noReceiver, node?.location ?? start, "receive names nothing; without a receiver no mail comes in")
            return ([], [])
        }
        guard case .map(let entries) = node.content else {
            note(
                .wrongType, node.location,
                "receive must be a group of receivers such as { smtp: { … } }, not \(node.shown)")
            return ([], [])
        }
        var steps: [ReceiverStep] = []
        var listeners: [Listener] = []
        for entry in entries {
            guard let type = receiverType(entry) else { continue }
            guard let receiver = makeComponent(type, entry.value) else { continue }
            steps.append(ReceiverStep(component: receiver, location: entry.location))
            var places = addresses(in: entry.value)
            for address in receiver.listeners {
                // The same address may stand there twice, and then each has a place of its own.
                let place = places.firstIndex { $0.address == address }.map { places.remove(at: $0).location }
                listeners.append((address, place ?? entry.location))
            }
        }
        return (steps, listeners)
    }

    /// Checks that the queue can keep what the receivers promise to take.
    mutating func checkCapacity(_ accept: AcceptPlan, of receivers: [ReceiverStep], _ node: SettingNode?) {
        for receiver in receivers {
            guard let entry = node?.entries.first(where: { $0.location == receiver.location }),
                let error = receiver.component.objection(to: accept.capacity)
            else { continue }
            note(error, of: entry.key, entry.value)
        }
    }

    private mutating func receiverType(_ entry: SettingNode.Entry) -> (any Receiver.Type)? {
        guard let component = context.catalog[entry.key] else {
            let known = context.catalog.receiverNames
            note(
                .unknownStage, entry.location,
                "there is no receiver \(entry.key); known are \(known.joined(separator: ", "))",
                suggestion: closest(to: entry.key, among: known))
            return nil
        }
        guard let receiver = component as? any Receiver.Type else {
            note(.wrongKind, entry.location, "\(entry.key) is a stage, not a receiver; it stands in session or deliver")
            return nil
        }
        return receiver
    }

    /// All that could be the address of a listener in a receiver's settings.
    private func addresses(in node: SettingNode) -> [Listener] {
        switch node.content {
        case .empty: []
        case .scalar(let text, _): ListenerAddress(text).map { [($0, node.location)] } ?? []
        case .list(let nodes): nodes.flatMap(addresses)
        case .map(let entries): entries.flatMap { addresses(in: $0.value) }
        }
    }

    /// Makes a component from its settings; notes everything that is wrong with them.
    ///
    /// Beside the settings of a step, which has a place, the engine's keys may stand, and are suggested with them.
    mutating func makeComponent<Module: Component>(
        _ type: Module.Type, _ node: SettingNode, step: String? = nil, in place: StepPlace? = nil
    ) -> Module? {
        var settings = Settings(node)
        let others = place == nil ? [] : StepKey.allCases.map(\.rawValue)
        defer { if let place { checkUses(settings.factUses, place) } }
        do {
            let configuration = try Module.Configuration(from: &settings)
            checkSecrets(settings.declarations, node)
            let problems = settings.finish(besides: others)
            findings += problems.map { Finding($0, in: node) }
            guard problems.isEmpty else { return nil }
            let services = context.services.serving(pipeline: pipeline, step: step)
            return try Module(configuration: configuration, services: services)
        } catch {
            if settings.problems.isEmpty { note(error, of: type.manifest.name.description, node) }
            let known = Set(findings)
            findings += settings.finish(besides: others).map { Finding($0, in: node) }.filter { !known.contains($0) }
            return nil
        }
    }

    private mutating func note(_ error: any Error, of name: String, _ node: SettingNode) {
        guard let error = error as? ConfigurationError else {
            note(.invalidSetting, node.location, node.redacting("\(name) cannot be made: \(error)"))
            return
        }
        var place = node
        for key in error.setting?.split(separator: ".") ?? [] {
            guard let entry = place.entries.first(where: { $0.key == key }) else { break }
            place = entry.value
        }
        note(.invalidSetting, place.location, node.redacting("\(name): \(error)"))
    }
}
