import AuthenticationResults

/// What validation found out about a chain.
package struct ARCOutcome: Sendable, Hashable {
    /// The chain's status.
    package var result: ARCResult
    /// Why, for the operator.
    package var reason: String
    /// The highest instance number found, even of a broken chain.
    package var instances: Int
    /// The lowest instance from which on all message signatures verify; 0 if all do (RFC 8617, section 5.2).
    package var oldestPass = 0
    /// Who sealed, in the order of the seals; empty unless the chain passes.
    package var sealers: [String] = []
    /// Who sealed, where that could not be checked for now; empty otherwise.
    package var undecided: [String] = []
    /// What the first sealer found out, as its ARC-Authentication-Results has it; empty unless the chain passes.
    package var firstResults = ""

    /// An outcome.
    package init(_ result: ARCResult, _ reason: String, instances: Int) {
        self.result = result
        self.reason = reason
        self.instances = instances
    }

    /// The outcome in the words of Authentication-Results (RFC 8617, section 10.1).
    package var report: String {
        ResultWriter.line { results in
            results.begin("arc", result.rawValue)
            if result == .fail { results.add(reason: reason) }
            if result == .pass { results.add("header", "oldest-pass", String(oldestPass)) }
        }
    }
}
