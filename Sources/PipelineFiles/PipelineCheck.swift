package import StageKit

/// Checks the pipeline files of a directory.
package struct PipelineCheck: Sendable {
    /// The file that all pipelines share.
    package static let siteFileName = "site.yaml"

    let catalog: StageCatalog
    let environment: [String: String]
    let reader: FileReader
    let services: @Sendable (Site) -> StageServices

    /// A check against a catalogue.
    ///
    /// - Parameters:
    ///   - catalog: What the files may name.
    ///   - environment: What `${env:NAME}` stands for.
    ///   - reader: How to read.
    ///   - services: What components get when they are made; called once a check, and components must not use it yet.
    package init(
        catalog: StageCatalog, environment: [String: String], reader: FileReader,
        services: @escaping @Sendable (Site) -> StageServices
    ) {
        self.catalog = catalog
        self.environment = environment
        self.reader = reader
        self.services = services
    }

    /// Reads `site.yaml` and every other `*.yaml` of a directory; touches nothing else and changes nothing.
    package func check(_ directory: String) -> CheckedSite {
        let start = SourceLocation(file: directory.isEmpty ? "." : directory, line: 1, column: 1)
        let all: [String]
        do {
            all = try reader.list(directory).filter { !$0.hasPrefix(".") }.sorted()
        } catch {
            return CheckedSite(findings: [Finding(.unreadableFile, at: start, "\(error)")], plan: nil)
        }
        let names = all.filter { $0.hasSuffix(".yaml") }
        var findings = all.filter { $0.lowercased().hasSuffix(".yml") }.map { name in
            let place = SourceLocation(file: path(directory, name), line: 1, column: 1)
            return Finding(.ignoredFile, at: place, "only files that end in .yaml are read; rename it")
        }
        let checked = checkSite(directory, isThere: names.contains(Self.siteFileName), &findings)
        let context = CheckContext(
            catalog: catalog, services: services(checked.site), references: references(directory),
            siteBytes: checked.bytes)
        let pipelines = names.filter { $0 != Self.siteFileName }.map { name in
            checkPipeline(path(directory, name), context, &findings)
        }
        if pipelines.isEmpty {
            findings.append(
                Finding(
                    .emptyDirectory, at: start, "there is no pipeline here; write one in a file such as inbound.yaml"))
        }
        findings += comparePipelines(pipelines, checked)
        let hasErrors = findings.contains { $0.severity == .error }
        let plan = SitePlan(
            site: checked.site, sourceFile: path(directory, Self.siteFileName),
            controlLocation: checked.controlLocation, pipelines: pipelines.compactMap(\.plan))
        return CheckedSite(findings: Set(findings).sorted(), plan: hasErrors ? nil : plan)
    }

    /// What `site.yaml` of a directory says, whatever is wrong with the pipelines beside it; `nil` if it has errors.
    package func site(of directory: String) -> (site: Site?, findings: [Finding]) {
        var findings: [Finding] = []
        // One that is missing is found when it is read.
        let checked = checkSite(directory, isThere: true, &findings)
        let hasErrors = findings.contains { $0.severity == .error }
        return (hasErrors ? nil : checked.site, findings.sorted())
    }

    private func checkSite(
        _ directory: String, isThere: Bool, _ findings: inout [Finding]
    ) -> CheckedSiteFile {
        let path = path(directory, Self.siteFileName)
        var check = SiteCheck(directory: directory)
        guard isThere else {
            let text = "there is no \(Self.siteFileName); it names the host, its domains and the data directory"
            findings.append(Finding(.missingSite, at: SourceLocation(file: path, line: 1, column: 1), text))
            return CheckedSiteFile()
        }
        guard let bytes = read(path, &findings) else { return CheckedSiteFile() }
        var yaml = YAMLReader(path: path, resolve: references(directory))
        let node = yaml.read(bytes)
        findings += yaml.findings
        guard let node else { return CheckedSiteFile(bytes: bytes) }
        let site = check.check(node)
        findings += check.findings.filter { isNew($0, yaml) }
        return CheckedSiteFile(site: site, bytes: bytes, controlLocation: check.controlLocation)
    }

    private func checkPipeline(_ path: String, _ context: CheckContext, _ findings: inout [Finding]) -> CheckedPipeline
    {
        guard let bytes = read(path, &findings) else { return CheckedPipeline() }
        var yaml = YAMLReader(path: path, resolve: context.references)
        let node = yaml.read(bytes)
        findings += yaml.findings
        guard let node else { return CheckedPipeline() }
        var check = FileCheck(path: path, source: yaml.source, context: context)
        let checked = check.check(node, bytes)
        findings += check.findings.filter { isNew($0, yaml) }
        return checked
    }

    /// Whether a finding says more than that something is wrong with what could not be read.
    private func isNew(_ finding: Finding, _ yaml: YAMLReader) -> Bool {
        !yaml.unresolved.contains(finding.location)
            && !yaml.findings.contains {
                $0.location == finding.location && [.yamlFeature, .nestedTooDeep].contains($0.code)
            }
    }

    private func read(_ path: String, _ findings: inout [Finding]) -> [UInt8]? {
        do {
            return try reader.read(path)
        } catch {
            findings.append(
                Finding(.unreadableFile, at: SourceLocation(file: path, line: 1, column: 1), "\(error)"))
            return nil
        }
    }

    private func references(_ directory: String) -> References {
        References(
            environment: environment, read: { [reader] name in try reader.read(path(directory, name)) },
            isExposed: { [reader] name in try reader.isExposed(path(directory, name)) })
    }
}
