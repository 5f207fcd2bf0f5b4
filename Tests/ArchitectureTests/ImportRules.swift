/// The rules about imports, over a tree of sources.
struct ImportRules {
    private let tree: SourceTree
    private let plugins: Set<String>

    init(_ tree: SourceTree) {
        self.tree = tree
        plugins = Set(tree.folders(in: "Plugins"))
    }

    /// What breaks a rule, by file and line.
    func findings() -> [Finding] {
        let unknown = tree.folders(in: "Sources").filter { ModuleLevels.levels[$0] == nil }.map {
            Finding(
                path: "Sources/\($0)",
                problem: "is not known; give it a level in ModuleLevels.levels of Tests/ArchitectureTests")
        }
        let imports = tree.files.sorted { $0.key < $1.key }.flatMap { path, text -> [Finding] in
            guard let importer = Importer(path: path) else { return [] }
            return ImportLine.all(in: text).compactMap { line in
                problem(of: line, in: importer, at: path).map { Finding(path: path, line: line.line, problem: $0) }
            }
        }
        return unknown + receiptFindings() + imports
    }

    /// Receipts are made where their system interface is named, so any line that names it counts, import or not.
    private func receiptFindings() -> [Finding] {
        tree.files.sorted { $0.key < $1.key }.flatMap { path, text -> [Finding] in
            guard let importer = Importer(path: path), path != ModuleLevels.receiptFile,
                importer.isPlugin || importer.module != "DurableQueue"
            else { return [] }
            return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap {
                index, line in
                guard line.filter({ $0 != " " }).contains(ModuleLevels.receiptInterface) else { return nil }
                return Finding(
                    path: path, line: index + 1,
                    problem: "names \(ModuleLevels.receiptInterface); only DurableQueue may make receipts")
            }
        }
    }

    private func problem(of line: ImportLine, in importer: Importer, at path: String) -> String? {
        if line.module == importer.module || ModuleLevels.everywhere.contains(line.module) { return nil }
        if line.module.hasPrefix("Foundation") { return foundationProblem(importer) }
        if line.module.hasPrefix(ModuleLevels.networkPrefix) { return networkProblem(importer) }
        if let allowed = ModuleLevels.external[line.module] {
            guard !allowed.contains(importer.module) else { return nil }
            return "imports \(line.module), which only \(allowed.sorted().joined(separator: ", ")) may"
        }
        if let plugin = plugin(of: line.module) { return pluginProblem(plugin, importer) }
        guard let level = ModuleLevels.levels[line.module] else {
            return "imports \(line.module), which is not known; if it is a module under Sources, give it a level in "
                + "ModuleLevels.levels of Tests/ArchitectureTests, if it is from elsewhere, add it to ModuleLevels.external"
        }
        return importer.isPlugin
            ? libraryProblem(line.module, level, importer) : levelProblem(line.module, level, importer)
    }

    /// An import of one of our modules by a module under Sources.
    private func levelProblem(_ module: String, _ level: Int, _ importer: Importer) -> String? {
        guard let own = ModuleLevels.levels[importer.module] else { return nil }  // The folder is reported already.
        if level < own || ModuleLevels.sideways[importer.module, default: []].contains(module) { return nil }
        return level > own
            ? "imports \(module) of level \(level) from level \(own); imports go down the levels only"
            : "imports \(module) of its own level \(own); if that must be, list it in ModuleLevels.sideways"
    }

    /// An import of one of our modules by a plugin.
    private func libraryProblem(_ module: String, _ level: Int, _ importer: Importer) -> String? {
        if ModuleLevels.closedToPlugins.contains(module) {
            return "imports \(module); a plugin sees StageKit and libraries, never what runs it"
        }
        guard level >= 4, !ModuleLevels.receivers[importer.module, default: []].contains(module) else { return nil }
        return "imports \(module) of level \(level), which a plugin may not unless ModuleLevels.receivers lists it"
    }

    /// An import of a plugin's module.
    private func pluginProblem(_ plugin: String, _ importer: Importer) -> String? {
        if importer.isPlugin {
            guard plugin != importer.module else { return nil }
            return "imports the plugin \(plugin); what two plugins share belongs into a library under Sources"
        }
        guard importer.module != "sluice" else { return nil }
        return "imports the plugin \(plugin); only the command links plugins, in its StageCatalog.swift"
    }

    private func networkProblem(_ importer: Importer) -> String? {
        let isReceiver = importer.isPlugin && ModuleLevels.receivers[importer.module] != nil
        guard !isReceiver, importer.isPlugin || ModuleLevels.levels[importer.module] != 4 else { return nil }
        return "imports SwiftNIO, which belongs into the adapters of level 4"
    }

    private func foundationProblem(_ importer: Importer) -> String? {
        guard ModuleLevels.foundation[importer.module] == nil else { return nil }
        return "imports Foundation; do without, or add the module and the reason to ModuleLevels.foundation"
    }

    /// The folder of the plugin whose module has this name: the folder's name, with or without `Stage` at its end.
    private func plugin(of module: String) -> String? {
        if plugins.contains(module) { return module }
        guard module.hasSuffix("Stage") else { return nil }
        let name = String(module.dropLast("Stage".count))
        return plugins.contains(name) ? name : nil
    }
}

extension ImportRules {
    /// Whose file an import stands in.
    private struct Importer {
        /// The folder's name under Sources or Plugins.
        var module: String
        var isPlugin: Bool

        /// Nil for files that no module owns and for tests, which may import what they test.
        init?(path: String) {
            let parts = path.split(separator: "/")
            guard parts.count > 2, parts[0] == "Sources" || parts[0] == "Plugins" else { return nil }
            module = String(parts[1])
            isPlugin = parts[0] == "Plugins"
        }
    }
}
