import StageKit

/// A finding about facts whose stage is not there, which grows with every line that misses it.
struct MissingStage {
    /// Where the finding is among those of the file.
    let index: Int
    /// What it said at first.
    let finding: Finding
    /// The other lines that miss the same stage.
    var lines: Set<Int> = []
}

extension FileCheck {
    /// Checks that somebody provides what a stage reads, and notes what it provides itself.
    mutating func checkFacts(
        _ manifest: StageManifest, _ entry: SettingNode.Entry, _ place: StepPlace, _ options: StepOptions
    ) {
        let missing = manifest.reads.map(\.name).filter { scope.types[$0] == nil }
        let groups = Dictionary(grouping: missing) { context.catalog.providers(of: $0) }
        for (stages, facts) in groups.sorted(by: { $0.value[0] < $1.value[0] }) {
            note(facts.sorted(), of: stages, readBy: entry)
        }
        for fact in manifest.reads where scope.types[fact.name] != nil {
            guard !scope.certain.union(options.proven).contains(fact.name) else { continue }
            note(
                .factMayBeMissing, entry.location,
                "\(entry.key) reads \(fact.name), which is not there for every message; add when: has(\(fact.name))")
        }
        scope.add(
            manifest.provides, isCertain: !options.isConditional && options.isRequired,
            isOfRecipient: place == .session(.recipient))
    }

    private mutating func note(_ facts: [String], of stages: [String], readBy entry: SettingNode.Entry) {
        guard !stages.isEmpty else {
            for fact in facts {
                let problem = context.catalog.absence(of: fact, in: scope)
                note(.factNotKnown, entry.location, "\(entry.key) reads \(fact): \(problem.text)")
            }
            return
        }
        let (verb, pronoun) = facts.count == 1 ? ("is", "it") : ("are", "them")
        let text =
            "\(entry.key) reads \(listed(facts)), which \(verb) not known yet; "
            + "\(stages.joined(separator: " or ")) provides \(pronoun)"
        note(Finding(.factNotKnown, at: entry.location, text), missing: stages)
    }

    /// Notes that a stage is missing: once for every stage, with all lines that miss it.
    mutating func note(_ finding: Finding, missing stages: [String]) {
        guard finding.code == .factNotKnown, !stages.isEmpty else { return findings.append(finding) }
        guard var first = missingStages[stages] else {
            missingStages[stages] = MissingStage(index: findings.count, finding: finding)
            return findings.append(finding)
        }
        if finding.location.line != first.finding.location.line { first.lines.insert(finding.location.line) }
        missingStages[stages] = first
        guard !first.lines.isEmpty else { return }
        let lines = first.lines.sorted().map(String.init)
        let others = lines.count == 1 ? "line \(lines[0]) needs it" : "lines \(listed(lines)) need it"
        findings[first.index] = Finding(
            first.finding.code, at: first.finding.location, "\(first.finding.text) (\(others), too)",
            suggestion: first.finding.suggestion)
    }

    private func listed(_ words: [String]) -> String {
        words.count < 2 ? words.joined() : words.dropLast().joined(separator: ", ") + " and \(words[words.count - 1])"
    }
}
