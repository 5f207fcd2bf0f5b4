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
    /// Checks that somebody provides what a stage reads.
    mutating func checkReads(_ type: any Stage.Type, _ entry: SettingNode.Entry, _ options: StepOptions) {
        let manifest = type.manifest
        let missing = manifest.reads.map(\.name).filter { scope.facts[$0] == nil }
        let groups = Dictionary(grouping: missing) { context.catalog.providers(of: $0) }
        for (stages, facts) in groups.sorted(by: { $0.value[0] < $1.value[0] }) {
            note(facts.sorted(), of: stages, readBy: entry.key, at: entry.location)
        }
        for fact in manifest.reads where scope.facts[fact.name] != nil {
            guard !scope.certain.union(options.proven).contains(fact.name) else { continue }
            note(
                .factMayBeMissing, entry.location,
                "\(entry.key) reads \(fact.name), which is not there for every message; add when: has(\(fact.name))")
        }
        let early = Set(manifest.readsIfPresent.map(\.name)).subtracting(scope.facts.keys)
        guard !early.isEmpty else { return }
        earlyReaders.append(
            EarlyReader(
                name: entry.key, location: entry.location, staysInSession: type is any SessionStage.Type,
                missing: early))
    }

    /// Checks that the facts which settings name may be there, and can be what they are compared with.
    mutating func checkUses(_ uses: [FactUse], _ place: StepPlace) {
        for use in uses {
            guard let fact = scope.facts[use.fact] else {
                note([use.fact], of: context.catalog.providers(of: use.fact), readBy: use.setting, at: use.location)
                continue
            }
            if scope.ofRecipients.contains(fact.name), place != .session(.recipient) {
                note(
                    .recipientFact, use.location,
                    "\(fact.name) belongs to one recipient; only steps of session: recipient can read it")
            }
            for node in use.texts {
                guard let text = node.text,
                    let objection = FactTexts(written: fact)?.objection(to: text, shown: node.shown)
                else { continue }
                let suggestion = node.written == nil ? objection.suggestion : nil
                note(.factValue, node.location, objection.text, suggestion: suggestion)
            }
        }
    }

    /// Adds what a stage provides to the facts that are there.
    mutating func provide(_ manifest: StageManifest, _ place: StepPlace, isCertain: Bool = true) {
        scope.add(manifest.provides, isCertain: isCertain, isOfRecipient: place == .session(.recipient))
    }

    /// Tells the first so many early readers that a step behind them has provided facts which were not known before it.
    mutating func noteProvider(
        _ entry: SettingNode.Entry, _ place: StepPlace, to readers: Range<Int>, knownBefore: FactScope
    ) {
        let fresh = Set(scope.facts.keys).subtracting(knownBefore.facts.keys)
        for index in readers
        where earlyReaders[index].mayStandBehind(place) && !earlyReaders[index].missing.isDisjoint(with: fresh) {
            earlyReaders[index].providers.append(EarlyReader.Provider(name: entry.key, line: entry.location.line))
        }
    }

    private mutating func note(
        _ facts: [String], of stages: [String], readBy reader: String, at location: SourceLocation
    ) {
        guard !stages.isEmpty else {
            for fact in facts {
                let problem = context.catalog.absence(of: fact, in: scope)
                note(problem.code, location, "\(reader) reads \(fact): \(problem.text)", suggestion: problem.suggestion)
            }
            return
        }
        let (verb, pronoun) = facts.count == 1 ? ("is", "it") : ("are", "them")
        let text =
            "\(reader) reads \(listed(facts)), which \(verb) not known yet; "
            + "\(stages.joined(separator: " or ")) provides \(pronoun)"
        note(Finding(.factNotKnown, at: location, text), missing: stages)
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
}
