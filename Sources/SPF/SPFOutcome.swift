/// What an SPF check found.
package struct SPFOutcome: Sendable, Equatable {
    /// The result.
    package var result: SPFResult
    /// The domain whose policy was checked.
    package var domain: String
    /// The domain's own words on a `fail`, from its `exp` modifier; a stranger's text of visible ASCII and spaces.
    package var explanation: String?
    /// The mechanism that decided, as the policy has it, such as `include:example.net`.
    package var mechanism: String?
    /// Why, for header fields and the operator.
    package var reason: String
    /// What libspf2 had to say to it, for the operator's log, where that is not the same; else empty.
    package var note = ""

    /// An outcome.
    package init(
        result: SPFResult, domain: String, explanation: String? = nil, mechanism: String? = nil, reason: String
    ) {
        self.result = result
        self.domain = domain
        self.explanation = explanation
        self.mechanism = mechanism
        self.reason = reason
    }
}
