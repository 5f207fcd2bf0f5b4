/// The settings of one component, read by taking them one by one.
///
/// What nobody takes is reported as an unknown key. A setting that is missing or wrong is noted and a placeholder is
/// returned, so that one check finds all problems; a component is never made from placeholders. Taking from
/// ``Settings/init(recording:)`` tells which settings a component has: the reference and the schema come from there.
public struct Settings {
    /// The problems found so far.
    public private(set) var problems: [SettingProblem] = []
    /// The settings taken so far, with their types and summaries.
    public private(set) var declarations: [SettingDeclaration] = []
    /// The facts that settings make the component read.
    public internal(set) var factUses: [FactUse] = []
    private var entries: [SettingNode.Entry]
    private var taken: Set<String> = []
    private let location: SourceLocation
    let isRecording: Bool
    private let isGroup: Bool

    /// The settings in a piece of a pipeline file, which is a map or empty.
    public init(_ node: SettingNode) {
        location = node.location
        isRecording = false
        switch node.content {
        case .map(let entries): (self.entries, isGroup) = (entries, true)
        case .empty: (entries, isGroup) = ([], true)
        case .scalar, .list:
            (entries, isGroup) = ([], false)
            problems = [
                SettingProblem(
                    .wrongType, at: node.location,
                    "this must be a group of settings such as { key: value }, not \(node.shown)")
            ]
        }
    }

    /// No settings, only a record of what is taken.
    public init(recording: Void) {
        entries = []
        location = SourceLocation(file: "", line: 1, column: 1)
        isRecording = true
        isGroup = true
    }

    /// Takes a setting that must be there unless it has a default.
    public mutating func take<Value: SettingValue>(
        _ key: String, default fallback: Value? = nil, _ summary: String
    ) -> Value {
        declare(key, Value.self, fallback.map { $0.settingText }, isRequired: fallback == nil, summary)
        guard let entry = consume(key) else {
            if fallback == nil {
                noteMissing(key, "it must be \(Value.settingType)")
            }
            return fallback ?? Value.placeholder
        }
        return read(entry)
    }

    /// Takes a setting that may be missing.
    ///
    /// `implied` is what its absence comes to, for the reference.
    public mutating func takeOptional<Value: SettingValue>(
        _ key: String, of type: Value.Type = Value.self, implied: Value? = nil, _ summary: String
    ) -> Value? {
        declare(key, type, implied?.settingText, isRequired: false, summary)
        return consume(key).map { read($0) }
    }

    /// Takes a group of settings, such as `limits: { … }`; a missing group is read as an empty one.
    public mutating func takeGroup<Value>(
        _ key: String, _ summary: String, _ read: (inout Settings) throws -> Value
    ) rethrows -> Value {
        var group: Settings
        if isRecording {
            group = Settings(recording: ())
        } else {
            group = Settings(consume(key)?.value ?? SettingNode(.empty, at: location))
        }
        taken.insert(key)
        let value = try read(&group)
        declarations.append(
            SettingDeclaration(
                name: key, type: "group", form: .group, fallback: nil, isRequired: false, summary: summary,
                members: group.declarations))
        problems += group.finish()
        factUses += group.factUses
        return value
    }

    /// Takes a list of groups, such as rules; a missing list is an empty one, unless one group at least is required.
    public mutating func takeGroups<Value>(
        _ key: String, isRequired: Bool = false, _ summary: String, _ read: (inout Settings) throws -> Value
    ) rethrows -> [Value] {
        taken.insert(key)
        var groups: [Settings] = []
        if isRecording {
            groups = [Settings(recording: ())]
        } else if let entry = consume(key) {
            switch entry.value.content {
            case .list(let nodes): groups = nodes.map { Settings($0) }
            case .empty: break
            case .scalar, .map:
                problems.append(
                    SettingProblem(
                        .wrongType, at: entry.value.location, "\(key) must be a list, not \(entry.value.shown)"))
            }
        }
        var members: [SettingDeclaration] = []
        let values = try groups.indices.map { index in
            let value = try read(&groups[index])
            members = groups[index].declarations
            problems += groups[index].finish()
            factUses += groups[index].factUses
            return value
        }
        declarations.append(
            SettingDeclaration(
                name: key, type: "list of groups", form: .groups, fallback: nil, isRequired: isRequired,
                summary: summary, members: members))
        if isRequired, values.isEmpty { noteMissing(key, "it must be a list of at least one group of settings") }
        return isRecording ? [] : values
    }

    /// Where a setting stands, or the whole group if it is missing; for errors of one's own.
    ///
    /// With the number of an element, from 0, it is where that element of a list stands.
    public func location(of key: String, element: Int? = nil) -> SourceLocation {
        guard let node = node(of: key) else { return location }
        guard let element, case .list(let nodes) = node.content, nodes.indices.contains(element) else {
            return node.location
        }
        return nodes[element].location
    }

    /// What stands at a key; `nil` if the key is not there.
    func node(of key: String) -> SettingNode? { entries.first { $0.key == key }?.value }

    /// Notes a problem of one's own; where one element of a list has it, with the element's number, from 0.
    public mutating func note(_ key: String, element: Int? = nil, _ text: String) {
        problems.append(SettingProblem(.invalid, at: location(of: key, element: element), "\(key) \(text)"))
    }

    /// Notes that a setting is missing, which only the whole can tell.
    public mutating func noteMissing(_ key: String, _ text: String) {
        // Where there is no group at all, that is the problem, and it is noted already.
        guard !isRecording, isGroup else { return }
        problems.append(SettingProblem(.missing, at: location, "\(key) is missing; \(text)"))
    }

    /// All problems, with a problem for each key that nobody took.
    ///
    /// `others` may stand there, too, but are read by somebody else.
    public func finish(besides others: [String] = []) -> [SettingProblem] {
        guard !isRecording else { return [] }
        let unknown = entries.filter { !taken.contains($0.key) }.map { entry in
            let known = taken.union(others).sorted()
            let hint = known.isEmpty ? "there are no settings here" : "known are \(known.joined(separator: ", "))"
            return SettingProblem(
                .unknownKey, at: entry.location, "unknown setting \(entry.key); \(hint)",
                suggestion: closest(to: entry.key, among: known))
        }
        return problems + unknown
    }

    private mutating func consume(_ key: String) -> SettingNode.Entry? {
        taken.insert(key)
        return entries.first { $0.key == key }
    }

    private mutating func read<Value: SettingValue>(_ entry: SettingNode.Entry) -> Value {
        switch Value.read(entry.value) {
        case .success(let value): return value
        case .failure(let first):
            problems += ([first] + first.others).map { failure in
                SettingProblem(
                    failure.kind, at: failure.location ?? entry.value.location, "\(entry.key) \(failure.text)",
                    suggestion: failure.suggestion)
            }
            return Value.placeholder
        }
    }

    private mutating func declare<Value: SettingValue>(
        _ key: String, _ type: Value.Type, _ fallback: String?, isRequired: Bool, _ summary: String
    ) {
        declarations.append(
            SettingDeclaration(
                name: key, type: Value.settingType, form: Value.settingForm, fallback: fallback,
                isRequired: isRequired, summary: summary, members: []))
    }
}

/// A setting as the reference shows it.
public struct SettingDeclaration: Sendable, Hashable {
    /// The key.
    public let name: String
    /// The type in words, such as `a duration such as 30s`.
    public let type: String
    /// The form, for schemas and examples.
    public let form: SettingForm
    /// The default as it would be written; `nil` if there is none.
    public let fallback: String?
    /// Whether it must be there.
    public let isRequired: Bool
    /// One sentence about it.
    public let summary: String
    /// The settings of a group.
    public let members: [SettingDeclaration]
}

/// The settings of one use of a component.
public protocol StageConfiguration: Sendable {
    /// Takes the settings.
    ///
    /// - Throws: ``ConfigurationError`` for what the taking itself cannot see.
    init(from settings: inout Settings) throws
}

/// For components without settings.
public struct NoConfiguration: StageConfiguration {
    /// Takes nothing.
    public init(from settings: inout Settings) {}
}
