import StageKit

/// A step that would use facts which no step before it provides.
struct EarlyReader {
    /// A step behind it that does.
    struct Provider {
        let name: String
        let line: Int
    }

    let name: String
    let location: SourceLocation
    /// Whether it may not stand behind the durable line.
    let staysInSession: Bool
    let missing: Set<String>
    var providers: [Provider] = []

    /// Whether it may stand behind a step of a place.
    func mayStandBehind(_ place: StepPlace) -> Bool { !staysInSession || place != .deliver }

    /// What is to be said of it beside the stages that are missed already; `nil` if nobody else provides the facts.
    func finding(besides missed: Set<String>) -> Finding? {
        let providers = providers.filter { !missed.contains($0.name) }
        guard !providers.isEmpty else { return nil }
        let steps = listed(providers.map { "\($0.name) (line \($0.line))" })
        return Finding(
            .factComesLater, at: location,
            "\(name) would use the facts of \(steps), which \(providers.count == 1 ? "stands" : "stand") behind it; "
                + "change their order")
    }
}
