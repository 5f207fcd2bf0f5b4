import StageKit

/// What the engine's keys say about a step.
struct StepOptions {
    var name: String?
    var nameLocation: SourceLocation?
    var when: Condition?
    /// Whether there is a condition, even one that is wrong.
    var isConditional = false
    /// The facts that the condition proves to be there.
    var proven: Set<String> = []
    var timeout: Duration?
    var onError: ErrorPolicy?
    var isRequired = true
    var concurrency: Int?
}

extension FileCheck {
    /// Checks the phases of `session:`.
    mutating func checkSession(_ node: SettingNode?) -> [SessionPhase: [Step]] {
        var settings = Settings(node ?? SettingNode(.empty, at: SourceLocation(file: path, line: 1, column: 1)))
        var phases: [SessionPhase: SettingNode] = [:]
        for phase in SessionPhase.allCases {
            phases[phase] = settings.takeOptional(phase.rawValue, of: Piece.self, "")?.node
        }
        noteMisplacedParts(in: "session", &settings, node)
        finish(settings)
        var session: [SessionPhase: [Step]] = [:]
        for phase in SessionPhase.allCases {
            scope.add(CoreFacts.declarations(from: phase), isCertain: true)
            if let node = phases[phase] { session[phase] = checkSteps(node, .session(phase)) }
        }
        return session
    }

    /// Checks `deliver:`.
    mutating func checkDelivery(_ node: SettingNode?, _ start: SourceLocation) -> [Step] {
        let before = findings.count
        let steps = node.map { checkSteps($0, .deliver) } ?? []
        guard node?.hasElements == true else {
            if misplacedParts.contains("deliver") { return [] }
            note(.endsNowhere, node?.location ?? start, "deliver has no steps, so that accepted mail would go nowhere")
            return []
        }
        // A step that is wrong may be the one that keeps the mail.
        guard findings.count == before, let node else { return steps }
        let keepers = steps.filter { $0.hasEffects && $0.isRequired }
        if keepers.isEmpty {
            let text = "no step of deliver keeps the message; add a stage that stores it, with required: true"
            note(.endsNowhere, node.location, text)
        } else if keepers.allSatisfy({ $0.when != nil }) {
            note(
                .mayEndNowhere, node.location,
                "every step that keeps the message has a condition; a message that fulfils none goes nowhere")
        }
        return steps
    }

    /// Checks a list of steps.
    mutating func checkSteps(_ node: SettingNode, _ place: StepPlace) -> [Step] {
        switch node.content {
        case .empty: return []
        case .list(let nodes): return nodes.compactMap { checkStep($0, place) }
        case .scalar, .map:
            note(.wrongType, node.location, "\(place.shown) must be a list of steps, not \(node.shown)")
            return []
        }
    }

    private mutating func checkStep(_ node: SettingNode, _ place: StepPlace) -> Step? {
        if let end {
            note(
                .unreachableStep, node.location,
                "nothing comes here: no branch of the decide in line \(end.line) lets a message pass")
            self.end = nil
        }
        switch node.content {
        case .scalar(let name, _):
            let settings = SettingNode(.empty, at: node.location)
            let entry = SettingNode.Entry(key: node.written ?? name, location: node.location, value: settings)
            return checkStep(entry, [], place)
        case .map(let entries):
            let decide = entries.first { $0.key == "decide" }
            guard let entry = decide ?? entries.first(where: { StepKey(rawValue: $0.key) == nil }) else { break }
            let others = entries.filter { $0.key != entry.key }
            return checkStep(entry, others, place)
        case .empty, .list: break
        }
        note(.wrongType, node.location, "a step must be a stage's name, or { name: settings }, not \(node.shown)")
        return nil
    }

    private mutating func checkStep(
        _ entry: SettingNode.Entry, _ others: [SettingNode.Entry], _ place: StepPlace
    ) -> Step? {
        let (readers, before) = (earlyReaders.indices, scope)
        let step = makeStep(entry, others, place)
        noteProvider(entry, place, to: readers, knownBefore: before)
        return step
    }

    private mutating func makeStep(
        _ entry: SettingNode.Entry, _ others: [SettingNode.Entry], _ place: StepPlace
    ) -> Step? {
        guard entry.key == "decide" else {
            for other in others {
                note(
                    .unknownKey, other.location,
                    "\(other.key) stands beside \(entry.key); indent it to make it a setting of \(entry.key)")
            }
            return checkStage(entry, place)
        }
        let stages = others.filter { context.catalog[$0.key] != nil }
        for stage in stages { noteUndivided(stage, from: entry, place) }
        let own = others.filter { context.catalog[$0.key] == nil }
        var group = Settings(SettingNode(.map(own), at: entry.location))
        let options = takeOptions(&group, place, own, allowed: [.name, .when])
        finish(group)
        let branches = checkDecide(entry, place, options)
        guard let id = makeID(entry, options, place) else { return nil }
        return Step(
            id: id, kind: .decide(branches), when: options.when, timeout: StageManifest.defaultTimeout, concurrency: 1,
            isRequired: true, onError: nil, location: entry.location)
    }

    /// Notes a stage that is in one element of the list with a `decide`.
    private mutating func noteUndivided(
        _ stage: SettingNode.Entry, from decide: SettingNode.Entry, _ place: StepPlace
    ) {
        let (first, second) = stage.location < decide.location ? (stage, decide) : (decide, stage)
        note(
            .unknownKey, second.location,
            "\(second.key) stands in the same step as \(first.key); begin it with a dash of its own")
        // Once it has its dash, its facts are there, so that one mistake is reported once.
        if let manifest = context.catalog[stage.key]?.manifest { provide(manifest, place) }
    }

    private mutating func checkStage(_ entry: SettingNode.Entry, _ place: StepPlace) -> Step? {
        let entries = entry.value.entries
        let own = entries.filter { StepKey(rawValue: $0.key) != nil }
        var group = Settings(SettingNode(.map(own), at: entry.value.location))
        let options = takeOptions(&group, place, own, allowed: StepKey.allCases)
        finish(group)
        let id = makeID(entry, options, place)
        guard let type = stageType(entry, place) else { return nil }
        checkPlace(type, entry, place)
        checkReads(type, entry, options)
        rememberResults(of: type.manifest, entry, place)
        var settings = entry.value
        if case .map = settings.content {
            let rest = entries.filter { StepKey(rawValue: $0.key) == nil }
            settings = SettingNode(.map(rest), at: settings.location)
        }
        let made = makeComponent(type, settings, step: id, in: place)
        provide(type.manifest, place, isCertain: !options.isConditional && options.isRequired)
        guard let stage = made, let id else { return nil }
        return Step(
            id: id, kind: .stage(stage), when: options.when, timeout: options.timeout ?? type.manifest.timeout,
            concurrency: options.concurrency ?? type.manifest.concurrency, isRequired: options.isRequired,
            onError: options.onError, location: entry.location)
    }

    private mutating func makeID(_ entry: SettingNode.Entry, _ options: StepOptions, _ place: StepPlace) -> String? {
        let id = "\(place.prefix).\(options.name ?? entry.key)"
        let location = options.nameLocation ?? entry.location
        guard let first = ids[id] else {
            ids[id] = location
            return id
        }
        note(
            .duplicateStep, location,
            "\(id) stands twice, first in line \(first.line); give this step another name, as in as: second-\(entry.key)"
        )
        return nil
    }

    private mutating func stageType(_ entry: SettingNode.Entry, _ place: StepPlace) -> (any Stage.Type)? {
        guard let component = context.catalog[entry.key] else {
            let known = context.catalog.stageNames
            let suggestion = closest(to: entry.key, among: known)
            stageNames.insert(suggestion ?? entry.key)
            let hint = suggestion == nil ? "; sluice stages lists those there are" : ""
            note(.unknownStage, entry.location, "there is no stage \(entry.key)\(hint)", suggestion: suggestion)
            // What was probably meant provides its facts, so that one mistake is reported once.
            if let suggestion, let manifest = context.catalog[suggestion]?.manifest { provide(manifest, place) }
            return nil
        }
        stageNames.insert(entry.key)
        guard let stage = component as? any Stage.Type else {
            note(.wrongKind, entry.location, "\(entry.key) is a receiver, not a stage; it stands under receive")
            return nil
        }
        return stage
    }

    private mutating func checkPlace(_ type: any Stage.Type, _ entry: SettingNode.Entry, _ place: StepPlace) {
        guard case .session(let phase) = place else {
            if type is any SessionStage.Type { noteUnsupported(type, entry, place) }
            return
        }
        if type.manifest.effects != .none {
            note(
                .effectsInSession, entry.location,
                "\(entry.key) changes things outside of the message, and the message is not accepted yet; move it to deliver"
            )
            return
        }
        let isSupported =
            switch phase {
            case .connect: type is any ConnectStage.Type
            case .mail: type is any MailStage.Type
            case .recipient: type is any RecipientStage.Type
            case .message: true
            }
        if !isSupported { noteUnsupported(type, entry, place) }
    }

    private mutating func noteUnsupported(_ type: any Stage.Type, _ entry: SettingNode.Entry, _ place: StepPlace) {
        let places = ReferenceText.places(of: type).joined(separator: ", ")
        note(
            .unsupportedPhase, entry.location, "\(entry.key) cannot stand in \(place.shown); it may stand in \(places)")
    }
}

extension FileCheck {
    private mutating func takeOptions(
        _ settings: inout Settings, _ place: StepPlace, _ entries: [SettingNode.Entry], allowed: [StepKey]
    ) -> StepOptions {
        var options = StepOptions()
        for entry in entries {
            guard let key = StepKey(rawValue: entry.key) else { continue }
            if !allowed.contains(key) {
                note(.misplacedKey, entry.location, "\(entry.key) means nothing on a decide")
            } else if !key.fits(place) {
                note(
                    .misplacedKey, entry.location,
                    "\(entry.key) means nothing in \(place.shown): \(key.reason)")
            }
        }
        options.name = settings.takeOptional(StepKey.name.rawValue, StepKey.name.summary)
        if let name = options.name {
            options.nameLocation = settings.location(of: StepKey.name.rawValue)
            if !isWord(name) { settings.note("as", "must be a name of a-z, 0-9 and hyphens") }
        }
        if let piece = settings.takeOptional(StepKey.when.rawValue, of: Piece.self, StepKey.when.summary) {
            options.isConditional = true
            let checked = checkCondition(piece.node, place, scope)
            options.when = checked?.condition
            options.proven = checked?.ifTrue ?? []
        }
        options.timeout = settings.takeOptional(StepKey.timeout.rawValue, StepKey.timeout.summary)
        if let timeout = options.timeout, timeout <= .zero { settings.note("timeout", "must be longer than nothing") }
        options.isRequired = settings.take(StepKey.required.rawValue, default: true, StepKey.required.summary)
        options.concurrency = settings.takeOptional(StepKey.concurrency.rawValue, StepKey.concurrency.summary)
        if let concurrency = options.concurrency, !(1...Self.concurrencyLimit).contains(concurrency) {
            settings.note("concurrency", "must be from 1 to \(Self.concurrencyLimit)")
        }
        if let piece = settings.takeOptional(StepKey.onError.rawValue, of: Piece.self, StepKey.onError.summary) {
            options.onError = checkErrorPolicy(piece.node, else: onError)
        }
        return options
    }

    /// Each call may hold a message in memory; more than this is a mistake.
    private static var concurrencyLimit: Int { 1_024 }
}

extension Step {
    /// Whether it changes anything outside of the message, as storing it does.
    fileprivate var hasEffects: Bool {
        guard case .stage(let stage) = kind else { return false }
        return type(of: stage).manifest.effects != .none
    }
}

extension SettingNode {
    fileprivate var hasElements: Bool {
        switch content {
        case .empty: false
        case .list(let nodes): !nodes.isEmpty
        case .scalar, .map: true
        }
    }
}
