import ArgumentParser
import PipelineFiles
import StageKit

/// `sluice stages`: what pipeline files may name.
struct StagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stages", abstract: "Lists the stages, or prints the reference of one.")

    @Argument(help: "The stage to describe.")
    var name: String?

    @Flag(help: "Print the JSON Schema of a pipeline file instead.")
    var schema = false

    func run() async throws {
        try await reportingFailures {
            let catalog = StageCatalog.linked
            if schema {
                Terminal.say(PipelineSchema.pipeline(catalog))
                return
            }
            guard let name else {
                let width = catalog.components.map { $0.manifest.name.description.count }.max() ?? 0
                for component in catalog.components {
                    let name = Terminal.cell(component.manifest.name.description, width: width)
                    Terminal.say("\(Terminal.bold(name))  \(component.manifest.summary)")
                }
                return
            }
            guard let component = catalog[name] else {
                let names = catalog.components.map { $0.manifest.name.description }
                let hint = closest(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
                throw Failure(.dataError, "there is no stage \(name)\(hint)")
            }
            Terminal.say(ReferenceText.text(for: component))
        }
    }
}
