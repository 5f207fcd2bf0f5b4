import AuthenticationResults
import StageKit

extension FileCheck {
    /// Remembers a step that finds results for Authentication-Results fields, where a step behind it may write them: once a
    /// message is accepted, nothing is written into it.
    mutating func rememberResults(of manifest: StageManifest, _ entry: SettingNode.Entry, _ place: StepPlace) {
        guard case .session = place,
            manifest.provides.contains(where: { ResultFacts.isResult($0.name) })
        else { return }
        if !resultSteps.contains(where: { $0.key == entry.key }) { resultSteps.append(entry) }
    }

    /// Notes once that steps find results, and none writes them.
    mutating func checkResults() {
        let writers = context.catalog.resultWriters
        guard let first = resultSteps.first, !writers.isEmpty, stageNames.isDisjoint(with: writers) else { return }
        let pronoun = resultSteps.count == 1 ? "it" : "them"
        note(
            .resultsUnwritten, first.location,
            "what \(listed(resultSteps.map(\.key))) \(resultSteps.count == 1 ? "finds" : "find") is written into no field, and "
                + "what strangers wrote in our name stays in the message (RFC 8601, section 5); "
                + "add \(listed(writers, "or")) behind \(pronoun)")
    }
}

extension StageCatalog {
    /// The names of the stages that write results into the message, and take out those that strangers wrote.
    var resultWriters: [String] {
        components.filter { component in
            component is any RewritingStage.Type
                && component.manifest.readsIfPresent.contains { ResultFacts.isResult($0.name) }
        }
        .map { $0.manifest.name.description }
    }
}
