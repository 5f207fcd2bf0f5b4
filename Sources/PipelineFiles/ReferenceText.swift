package import StageKit

/// The reference of one component, made from what it declares.
package enum ReferenceText {
    /// The text that `sluice stages NAME` prints.
    package static func text(for component: any Component.Type) -> String {
        let manifest = component.manifest
        let declarations = settings(of: component)
        var sections = ["\(manifest.name): \(manifest.summary)"]
        sections.append("Stands in: " + places(of: component).joined(separator: ", "))
        sections.append("Settings:" + (declarations.isEmpty ? " none" : ""))
        if !declarations.isEmpty { sections[2] += "\n" + lines(declarations, indentation: 2).joined(separator: "\n") }
        let facts = [
            ("Reads", manifest.reads), ("Reads if present", manifest.readsIfPresent), ("Provides", manifest.provides),
        ]
        for (title, facts) in facts where !facts.isEmpty {
            let lines = facts.map { "  \($0.name): \(type(of: $0))\n      \($0.summary)" }
            sections.append("\(title):\n" + lines.joined(separator: "\n"))
        }
        if !(component is any Receiver.Type) {
            sections.append(effects(manifest))
            sections.append(
                "Timeout: \(manifest.timeout.settingText); calls at once after the durable line: \(manifest.concurrency)"
            )
        }
        sections.append("Example:\n" + example(component, declarations).map { "  \($0)" }.joined(separator: "\n"))
        return sections.joined(separator: "\n\n") + "\n"
    }

    /// The settings that a component takes.
    package static func settings(of component: any Component.Type) -> [SettingDeclaration] {
        record(component)
    }

    /// Where a component may stand, in words.
    package static func places(of component: any Component.Type) -> [String] {
        if component is any Receiver.Type { return ["receive"] }
        guard component.manifest.effects == .none else { return ["deliver"] }
        var places: [String] = []
        if component is any ConnectStage.Type { places.append("session: connect") }
        if component is any MailStage.Type { places.append("session: mail") }
        if component is any RecipientStage.Type { places.append("session: recipient") }
        return places + ["session: message"] + (component is any SessionStage.Type ? [] : ["deliver"])
    }

    private static func record<Module: Component>(_ component: Module.Type) -> [SettingDeclaration] {
        var settings = Settings(recording: ())
        do {
            _ = try Module.Configuration(from: &settings)
        } catch {
            // Placeholders may make no sense together; what was taken is recorded all the same.
            return settings.declarations
        }
        return settings.declarations
    }

    private static func lines(_ declarations: [SettingDeclaration], indentation: Int) -> [String] {
        let space = String(repeating: " ", count: indentation)
        return declarations.flatMap { declaration in
            let fallback =
                declaration.fallback.map { "; by default \($0)" } ?? (declaration.isRequired ? "; required" : "")
            return [
                "\(space)\(declaration.name): \(declaration.type)\(fallback)", "\(space)    \(declaration.summary)",
            ]
                + lines(declaration.members, indentation: indentation + 4)
        }
    }

    private static func type(of fact: FactDeclaration) -> String {
        fact.type.rawValue + (FactTexts(fact).map { ", one of \($0.shown)" } ?? "")
    }

    private static func effects(_ manifest: StageManifest) -> String {
        let effects =
            switch manifest.effects {
            case .none: "Effects: none outside of the message"
            case .idempotent(let key): "Effects: happen once by \(key)"
            }
        return effects + (manifest.keeps.isEmpty ? "" : "\nKeeps: \(manifest.keeps)")
    }

    private static func example(_ component: any Component.Type, _ declarations: [SettingDeclaration]) -> [String] {
        let isReceiver = component is any Receiver.Type
        let name = component.manifest.name.description
        guard !declarations.isEmpty else { return [isReceiver ? "\(name): {}" : "- \(name)"] }
        let (head, indentation) = isReceiver ? ("\(name):", 2) : ("- \(name):", 4)
        return [head] + exampleLines(declarations, indentation)
    }

    private static func exampleLines(_ declarations: [SettingDeclaration], _ indentation: Int) -> [String] {
        let space = String(repeating: " ", count: indentation)
        return declarations.flatMap { declaration -> [String] in
            guard declaration.members.isEmpty else {
                let members = exampleLines(declaration.members, indentation + 2)
                guard declaration.form == .groups, let first = members.first else {
                    return ["\(space)\(declaration.name):"] + members
                }
                let item = "\(space)- \(first.dropFirst(indentation + 2))"
                return ["\(space)\(declaration.name):", item] + members.dropFirst()
            }
            let value = declaration.fallback ?? declaration.form.example
            let comment = declaration.isRequired ? "" : "  # may be left out"
            return ["\(space)\(declaration.name): \(value)\(comment)"]
        }
    }
}
