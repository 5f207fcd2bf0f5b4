import StageKit

extension FileCheck {
    /// Checks the branches of a `decide`, and notes the facts that they set.
    mutating func checkDecide(_ entry: SettingNode.Entry, _ place: StepPlace, _ options: StepOptions) -> [Branch] {
        guard case .list(let nodes) = entry.value.content else {
            note(.wrongType, entry.value.location, "decide must be a list of branches, not \(entry.value.shown)")
            return []
        }
        var branches: [Branch] = []
        var current = scope.assuming(options.proven)
        var after: FactScope? = options.isConditional ? scope : nil
        var hasOtherwise = false
        for node in nodes {
            if hasOtherwise {
                note(
                    .unreachableBranch, node.location,
                    "nothing comes here: otherwise stands before; make it the last branch")
            }
            let checked = checkBranch(node, place, current)
            hasOtherwise = hasOtherwise || checked.isOtherwise
            current = current.assuming(checked.ifFalse)
            if checked.branch == nil || checked.branch?.action == .proceed {
                after = after.map { $0.merged(with: checked.scope) } ?? checked.scope
            }
            if let branch = checked.branch { branches.append(branch) }
        }
        if !hasOtherwise {
            note(.missingOtherwise, entry.location, "decide must end with { otherwise: proceed } or another otherwise")
        }
        if after == nil, hasOtherwise { end = entry.location }
        scope = after ?? scope
        return branches
    }

    private struct CheckedBranch {
        var branch: Branch?
        var isOtherwise = false
        /// The facts behind the branch.
        var scope: FactScope
        /// The facts that are there if the branch is not taken.
        var ifFalse: Set<String> = []
    }

    private mutating func checkBranch(_ node: SettingNode, _ place: StepPlace, _ scope: FactScope) -> CheckedBranch {
        var result = CheckedBranch(scope: scope)
        var settings = Settings(node)
        let when = settings.takeOptional("when", of: Piece.self, "The condition of the branch.")?.node
        var condition: Condition?
        if let when, let checked = checkCondition(when, place, scope) {
            condition = checked.condition
            result.scope = scope.assuming(checked.ifTrue)
            result.ifFalse = checked.ifFalse
        }
        let otherwise = node.entries.first { $0.key == "otherwise" }
        _ = settings.takeOptional("otherwise", of: Piece.self, "The last branch.")
        result.isOtherwise = otherwise != nil
        var actions: Settings
        switch otherwise?.value.content {
        case nil: actions = settings
        case .map:
            finish(settings)
            actions = Settings(otherwise?.value ?? node)
        case .scalar("proceed", _): actions = settings
        default:
            finish(settings)
            note(
                .badBranch, otherwise?.value.location ?? node.location,
                "otherwise must be proceed, or actions as in { quarantine: 'the reason' }")
            return result
        }
        if when != nil, otherwise != nil {
            note(.badBranch, node.location, "a branch has a when or an otherwise, not both")
        } else if when == nil, otherwise == nil {
            note(.badBranch, node.location, "a branch needs a when, or is the otherwise")
        }
        let isProceed = otherwise?.value.text == "proceed"
        guard let action = takeAction(&actions, node, place, isProceed: isProceed) else { return result }
        let set = takeAssignments(&actions, &result.scope, place)
        finish(actions)
        result.branch = action.map { Branch(when: condition, action: $0, set: set) }
        return result
    }
}

extension FileCheck {
    private static var actionKeys: [String] { ["proceed", "reject", "postpone", "discard", "quarantine"] }

    /// The one action of a branch; the outer `nil` if there is none or two, the inner one if it is wrong.
    private mutating func takeAction(
        _ settings: inout Settings, _ node: SettingNode, _ place: StepPlace, isProceed: Bool
    ) -> Branch.Action?? {
        var found: [(key: String, node: SettingNode)] = []
        for key in Self.actionKeys {
            if let piece = settings.takeOptional(key, of: Piece.self, "") { found.append((key, piece.node)) }
        }
        let sets = settings.takeOptional("set", of: Piece.self, "The facts to set.") != nil
        if found.count > 1 || (isProceed && !found.isEmpty) {
            let keys = (isProceed ? ["otherwise: proceed"] : []) + found.map(\.key)
            note(.badBranch, node.location, "a branch has one action, but this has \(keys.joined(separator: " and "))")
            finish(settings)
            return nil
        }
        guard let action = found.first else {
            if !sets, !isProceed {
                note(
                    .badBranch, node.location,
                    "the branch says nothing to do; add proceed: true, set, reject or quarantine")
            }
            return .some(.proceed)
        }
        checkAction(action.key, node, place)
        return .some(makeAction(action.key, action.node))
    }

    private mutating func checkAction(_ key: String, _ node: SettingNode, _ place: StepPlace) {
        switch (key, place) {
        case ("reject", .deliver), ("postpone", .deliver):
            note(
                .rejectAfterAccept, node.location,
                "\(key) comes too late: the message is accepted; move the decide to session: message, or quarantine")
        case ("discard", .session(let phase)), ("quarantine", .session(let phase)):
            guard phase != .message else { return }
            note(
                .misplacedAction, node.location,
                "\(key) needs a message, and session: \(phase.rawValue) has none; reject, or set a fact and \(key) later"
            )
        default: break
        }
    }

    private mutating func makeAction(_ key: String, _ node: SettingNode) -> Branch.Action? {
        switch key {
        case "reject": return checkReply(node, ReplyUse(key: key, category: 5)).map { .reject($0) }
        case "postpone": return checkReply(node, ReplyUse(key: key, category: 4)).map { .postpone($0) }
        case "discard": return checkReason(node, key).map { .discard(reason: $0) }
        case "quarantine": return checkReason(node, key).map { .quarantine(reason: $0) }
        default:
            if node.content != .scalar("true", isQuoted: false) {
                note(.wrongType, node.location, "proceed must be true, not \(node.shown)")
            }
            return .proceed
        }
    }

    private mutating func takeAssignments(
        _ settings: inout Settings, _ scope: inout FactScope, _ place: StepPlace
    ) -> [Branch.Assignment] {
        guard let node = settings.takeOptional("set", of: Piece.self, "The facts to set.")?.node else { return [] }
        guard case .map(let entries) = node.content, !entries.isEmpty else {
            note(.wrongType, node.location, "set must be a group of facts such as { junk: true }, not \(node.shown)")
            return []
        }
        return entries.compactMap { entry in
            guard let value = checkAssignment(entry, scope) else { return nil }
            let declared = context.catalog.fact(of: entry.key)
            let fact = declared ?? FactDeclaration(name: entry.key, type: value.type, summary: "")
            scope.add(fact, isCertain: true, isOfRecipient: place == .session(.recipient))
            return Branch.Assignment(name: entry.key, value: value)
        }
    }

    private mutating func checkAssignment(_ entry: SettingNode.Entry, _ scope: FactScope) -> FactValue? {
        guard entry.key.split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ isWord(String($0)) })
        else {
            note(
                .factType, entry.location,
                "\(entry.key) is no name of a fact: words of a-z, 0-9 and hyphens, joined by dots")
            return nil
        }
        guard let value = value(of: entry.value) else {
            note(
                .factType, entry.value.location,
                "\(entry.key) must be set to true or false, a number, a text or a list of texts")
            return nil
        }
        guard let fact = scope.facts[entry.key] ?? context.catalog.fact(of: entry.key) else { return value }
        switch (value, fact.type) {
        case (.int(let number), .double): return .double(Double(number))
        case (.string(let text), .string):
            let objection = FactTexts(fact)?.objection(to: text, shown: entry.value.shown)
            if let objection {
                note(.factValue, entry.value.location, objection.text, suggestion: objection.suggestion)
            }
            return value
        case _ where value.type == fact.type: return value
        default:
            note(
                .factType, entry.value.location,
                "\(entry.key) is \(fact.type.rawValue), but \(entry.value.shown) is \(value.type.rawValue)")
            return nil
        }
    }

    private func value(of node: SettingNode) -> FactValue? {
        switch node.content {
        case .scalar(let text, isQuoted: true): return .string(text)
        case .scalar(let text, isQuoted: false):
            if let value = Bool(text) { return .bool(value) }
            if let value = Int(text) { return .int(value) }
            if let value = Double(text), value.isFinite { return .double(value) }
            return .string(text)
        case .list(let nodes):
            let texts = nodes.compactMap(\.text)
            return texts.count == nodes.count ? .strings(texts) : nil
        case .empty, .map: return nil
        }
    }
}
