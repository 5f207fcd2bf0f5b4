package import AuthenticationResults

extension SignatureOutcome {
    /// Writes the outcome in the words of Authentication-Results (RFC 8601, section 2.7.1; RFC 6008 for `header.b`).
    package func write(to results: inout ResultWriter) {
        results.begin("dkim", result.rawValue)
        results.add(reason: reason)
        func add(_ name: String, _ value: String) {
            if !value.isEmpty { results.add("header", name, value) }
        }
        add("d", domain)
        add("i", identity)
        add("s", selector)
        add("a", algorithm)
        add("b", mark)
    }

    /// The outcomes of a message's signatures on one line.
    package static func report(of outcomes: [SignatureOutcome]) -> String {
        ResultWriter.line { results in
            if outcomes.isEmpty { results.begin("dkim", DKIMResult.none.rawValue) }
            for place in outcomes.indices { outcomes[place].write(to: &results) }
        }
    }
}
