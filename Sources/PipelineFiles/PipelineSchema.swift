import StageKit

/// The JSON Schema (draft 2020-12) of pipeline files, for editors that complete and check while one types.
///
/// It is made from the same declarations as the check, and says less: what needs more than one place, such as facts,
/// only the check can tell.
package enum PipelineSchema {
    /// The schema of a pipeline file with the stages of a catalogue.
    package static func pipeline(_ catalog: StageCatalog) -> String {
        let schema = JSONText.object([
            "$schema": .string("https://json-schema.org/draft/2020-12/schema"),
            "title": .string("A pipeline of Sluice"),
            "type": .string("object"),
            "required": words(["sluice", "pipeline", "receive", "accept", "deliver"]),
            "additionalProperties": .bool(false),
            "properties": topLevel(catalog),
            "$defs": definitions(catalog),
        ])
        return schema.text() + "\n"
    }

    /// The schema of `site.yaml`.
    package static func site() -> String {
        var settings = Settings(recording: ())
        var check = SiteCheck(directory: "")
        _ = check.read(&settings)
        let version = JSONText.Member(name: "sluice", value: .object(["const": .int(1)]))
        let required = ["sluice"] + settings.declarations.filter(\.isRequired).map(\.name)
        let properties = settings.declarations.map { JSONText.Member(name: $0.name, value: schema(of: $0)) }
        let site = JSONText.object([
            "$schema": .string("https://json-schema.org/draft/2020-12/schema"),
            "title": .string("What all pipelines of a Sluice server share"),
            "type": .string("object"),
            "required": words(required),
            "additionalProperties": .bool(false),
            "properties": .object([version] + properties),
        ])
        return site.text() + "\n"
    }

    private static func topLevel(_ catalog: StageCatalog) -> JSONText {
        let receivers = catalog.components.compactMap { component -> JSONText.Member? in
            guard component is any Receiver.Type else { return nil }
            return member(of: component, besides: [])
        }
        let steps = reference("steps")
        return .object([
            "sluice": .object(["const": .int(1)]),
            "pipeline": .object(["type": .string("string"), "pattern": .string("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]),
            "receive": .object([
                "type": .string("object"), "minProperties": .int(1), "additionalProperties": .bool(false),
                "properties": .object(receivers),
            ]),
            "session": closed(SessionPhase.allCases.map { JSONText.Member(name: $0.rawValue, value: steps) }),
            "accept": closed([
                JSONText.Member(
                    name: "queue",
                    value: closed([
                        JSONText.Member(name: "when-full", value: reply(4)),
                        JSONText.Member(name: "messages", value: schema(of: .integer)),
                        JSONText.Member(name: "size", value: schema(of: .size)),
                        JSONText.Member(name: "disk-reserve", value: schema(of: .size)),
                    ]))
            ]),
            "deliver": .object(["$ref": .string("#/$defs/steps"), "minItems": .int(1)]),
            "on-error": reference("on-error"),
            "tests": .object(["type": .string("array"), "items": .object(["type": .string("object")])]),
        ])
    }

    private static func definitions(_ catalog: StageCatalog) -> JSONText {
        .object([
            "duration": schema(of: .duration),
            "reason": .object(["type": .string("string"), "pattern": .string("\\S")]),
            "outcome": .object([
                "anyOf": .array([.object(["const": .string("quarantine")]), closed([member("discard", "reason")])])
            ]),
            "on-error": closed([
                JSONText.Member(
                    name: "transient",
                    value: closed([JSONText.Member(name: "retry", value: retry), member("then", "outcome")])),
                member("permanent", "outcome"),
            ]),
            "steps": .object(["type": .string("array"), "items": reference("step")]),
            "step": step(catalog),
            "branch": branch,
        ])
    }

    private static var retry: JSONText {
        let durations = ["first", "max", "for"].map { member($0, "duration") }
        let factor = JSONText.object(["type": .string("number"), "minimum": .int(1), "maximum": .int(100)])
        return closed(durations + [JSONText.Member(name: "factor", value: factor)])
    }

    private static var branch: JSONText {
        let set = JSONText.object(["type": .string("object"), "minProperties": .int(1)])
        let actions = [
            JSONText.Member(name: "reject", value: reply(5)), JSONText.Member(name: "postpone", value: reply(4)),
            member("discard", "reason"), member("quarantine", "reason"),
            JSONText.Member(name: "proceed", value: .object(["const": .bool(true)])),
            JSONText.Member(name: "set", value: set),
        ]
        let otherwise = JSONText.object([
            "anyOf": .array([.object(["const": .string("proceed")]), closed(actions)])
        ])
        let condition = JSONText.Member(name: "when", value: schema(of: .text))
        return closed([condition, JSONText.Member(name: "otherwise", value: otherwise)] + actions)
    }
}

extension PipelineSchema {
    private static func step(_ catalog: StageCatalog) -> JSONText {
        let stages = catalog.components.filter { component in !(component is any Receiver.Type) }
        let plain = stages.filter { !requiresSettings(ReferenceText.settings(of: $0)) }
        let keys = StepKey.allCases.map { JSONText.Member(name: $0.rawValue, value: schema(of: $0)) }
        let decide = JSONText.object(["type": .string("array"), "items": reference("branch")])
        let head = keys.filter { [StepKey.name.rawValue, StepKey.when.rawValue].contains($0.name) }
        let members = stages.map { member(of: $0, besides: keys) }
        return .object([
            "anyOf": .array([
                .object(["enum": words(plain.map { $0.manifest.name.description })]),
                .object([
                    "type": .string("object"), "minProperties": .int(1), "maxProperties": .int(1),
                    "additionalProperties": .bool(false), "properties": .object(members),
                ]),
                .object([
                    "type": .string("object"), "required": words(["decide"]), "additionalProperties": .bool(false),
                    "properties": .object([JSONText.Member(name: "decide", value: decide)] + head),
                ]),
            ])
        ])
    }

    private static func requiresSettings(_ declarations: [SettingDeclaration]) -> Bool {
        declarations.contains { $0.isRequired || ($0.form == .group && requiresSettings($0.members)) }
    }

    private static func member(of component: any Component.Type, besides keys: [JSONText.Member]) -> JSONText.Member {
        let declarations = ReferenceText.settings(of: component)
        let settings = group(declarations, besides: keys)
        guard case .object(let members) = settings, !requiresSettings(declarations) else {
            return JSONText.Member(name: component.manifest.name.description, value: settings)
        }
        // Without settings that must be there, nothing may stand behind the colon.
        let value = members.map { member in
            guard member.name == "type" else { return member }
            return JSONText.Member(name: "type", value: words(["object", "null"]))
        }
        let summary = JSONText.Member(name: "description", value: .string(component.manifest.summary))
        return JSONText.Member(name: component.manifest.name.description, value: .object([summary] + value))
    }

    private static func group(_ declarations: [SettingDeclaration], besides others: [JSONText.Member]) -> JSONText {
        let properties = declarations.map { declaration in
            JSONText.Member(name: declaration.name, value: schema(of: declaration))
        }
        let required = declarations.filter(\.isRequired).map(\.name)
        return .object([
            "type": .string("object"), "required": required.isEmpty ? nil : words(required),
            "additionalProperties": .bool(false), "properties": .object(properties + others),
        ])
    }

    private static func schema(of declaration: SettingDeclaration) -> JSONText {
        let form: JSONText =
            switch declaration.form {
            case .group: group(declaration.members, besides: [])
            case .groups:
                .object(["type": .string("array"), "items": group(declaration.members, besides: [])])
            default: schema(of: declaration.form)
            }
        guard case .object(let members) = form else { return form }
        let fallback = declaration.fallback.map { " Default: \($0)." } ?? ""
        return .object(
            [JSONText.Member(name: "description", value: .string(declaration.summary + fallback))] + members)
    }

    private static func schema(of form: SettingForm) -> JSONText {
        switch form {
        case .text, .secret: .object(["type": words(["string", "number", "boolean"])])
        case .integer: orReference(.object(["type": .string("integer")]))
        case .number: orReference(.object(["type": .string("number")]))
        case .boolean: orReference(.object(["type": .string("boolean")]))
        case .duration: .object(["type": .string("string"), "pattern": .string("^[0-9]+(ms|s|m|h|d)$|\\$\\{")])
        case .size: .object(["type": .string("string"), "pattern": .string("^[0-9]+(B|KB|MB|GB)$|\\$\\{")])
        case .choice(let choices): orReference(.object(["enum": words(choices)]))
        case .list(let element): .object(["type": .string("array"), "items": schema(of: element)])
        case .group: .object(["type": .string("object")])
        case .groups: .object(["type": .string("array")])
        case .word: .object(["type": .string("string")])
        case .any: .object([])
        }
    }

    private static func schema(of key: StepKey) -> JSONText {
        let schema: JSONText =
            switch key {
            case .name, .when: schema(of: .text)
            case .timeout: reference("duration")
            case .required: schema(of: .boolean)
            case .concurrency: schema(of: .integer)
            case .onError: reference("on-error")
            }
        guard case .object(let members) = schema else { return schema }
        return .object([JSONText.Member(name: "description", value: .string(key.summary))] + members)
    }

    private static func orReference(_ schema: JSONText) -> JSONText {
        let reference = JSONText.object(["type": .string("string"), "pattern": .string("\\$\\{")])
        return .object(["anyOf": .array([schema, reference])])
    }

    private static func reply(_ category: Int) -> JSONText {
        .object([
            "type": .string("string"),
            "pattern": .string("^\(category)[0-9]{2} (\(category)\\.[0-9]{1,3}\\.[0-9]{1,3} )?\\S|\\$\\{"),
        ])
    }

    private static func closed(_ members: [JSONText.Member]) -> JSONText {
        .object([
            "type": .string("object"), "additionalProperties": .bool(false), "properties": .object(members),
        ])
    }

    private static func words(_ words: [String]) -> JSONText { .array(words.map { .string($0) }) }

    private static func reference(_ name: String) -> JSONText { .object(["$ref": .string("#/$defs/\(name)")]) }

    private static func member(_ name: String, _ reference: String) -> JSONText.Member {
        JSONText.Member(name: name, value: self.reference(reference))
    }
}
