import ArgumentParser
import PipelineFiles
import StageKit

/// `sluice stages`: what pipeline files may name.
struct StagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stages", abstract: "Lists the stages, or prints the reference of one.")

    @Argument(help: "The stage to describe.")
    var name: String?

    @Flag(help: "Print JSON.")
    var json = false

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
                return try list(catalog)
            }
            guard let component = catalog[name] else {
                let names = catalog.components.map { $0.manifest.name.description }
                let hint = closest(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
                throw Failure(.dataError, "there is no stage \(name)\(hint)")
            }
            let text = ReferenceText.text(for: component)
            guard json else { return Terminal.say(text) }
            try JSON.say(Row(component, reference: text))
        }
    }

    private func list(_ catalog: StageCatalog) throws {
        let rows = catalog.components.map { Row($0, reference: nil) }
        if json { return try JSON.say(rows) }
        let names = rows.map(\.name.count).max() ?? 0
        let places = rows.map(\.part.count).max() ?? 0
        for row in rows {
            let place = Terminal.cell(row.part, width: places)
            Terminal.say("\(Terminal.bold(Terminal.cell(row.name, width: names)))  \(place)  \(row.summary)")
        }
    }

    /// What is printed of one stage.
    private struct Row: Encodable {
        let name: String
        let summary: String
        /// Where it may stand, such as `session: message`.
        let places: [String]
        let reference: String?

        init(_ component: any Component.Type, reference: String?) {
            name = component.manifest.name.description
            summary = component.manifest.summary
            places = ReferenceText.places(of: component)
            self.reference = reference
        }

        /// The parts of the file in which it may stand.
        var part: String {
            let parts = places.map { $0.split(separator: ":").first.map(String.init) ?? $0 }
            return ["receive", "session", "deliver"].filter(parts.contains).joined(separator: ", ")
        }
    }
}
