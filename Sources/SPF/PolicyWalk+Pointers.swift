import Resolver

extension PolicyWalk {
    /// Evaluates `ptr` (section 5.5).
    ///
    /// Errors in the reverse DNS never match and never fail the check.
    mutating func evaluatePointer(_ target: String) async throws(Interruption) -> Match {
        let alias = bundle.makeAlias("t")
        let term = "ptr:\(alias)"
        let pointers = try await pointerNames()
        if pointers.isVoid { try limits.countVoid() }
        guard let target = queryName(target) else { return Match(isMatch: false, cleanTerm: term) }
        for name in pointers.names where name.isWithin(target) {
            let isValid = try await isValidated(name)
            bundle.addPointer(below: alias, leadsTo: isValid ? identity.client : nil)
            if isValid { return Match(isMatch: true, cleanTerm: term) }
        }
        return Match(isMatch: false, cleanTerm: term)
    }

    /// The value of the macro letter p (section 7.3): the domain itself, a name below it, any name, or `unknown`.
    mutating func validatedName(for domain: String) async -> String {
        do {
            let names = try await pointerNames().names
            let own = DomainName(domain)
            let ordered =
                names.filter { $0 == own } + names.filter { name in name != own && own.map(name.isWithin) ?? false }
            for name in ordered + names where try await isValidated(name) { return name.text }
        } catch {
            // Section 7.3: "unknown" where there is no validated name or a DNS error comes up.
        }
        return "unknown"
    }

    private mutating func pointerNames() async throws(Interruption) -> PointerNames {
        if let pointers { return pointers }
        var found = PointerNames(names: [], isVoid: false)
        if let name = DomainName(identity.client.reverseName) {
            switch try await ask(name, .ptr) {
            case .records(let records):
                let names = records.prefix(LookupLimits.maximumNames).compactMap { record -> DomainName? in
                    if case .ptr(let name) = record { queryName(name) } else { nil }
                }
                found = PointerNames(names: names, isVoid: false)
            case .noData, .noSuchName: found = PointerNames(names: [], isVoid: true)
            case .temporaryFailure, .malformed: break
            }
        }
        pointers = found
        return found
    }

    /// Whether a name leads back to the client; a name whose look-up fails is skipped (section 5.5).
    private mutating func isValidated(_ name: DomainName) async throws(Interruption) -> Bool {
        if let known = pointers?.validated[name] { return known }
        try checkTime()
        var isValid = false
        do {
            isValid = try await addresses(of: name.text)?.contains(identity.client) ?? false
        } catch {
            isValid = false  // also where the time is up: the next question then ends the check
        }
        pointers?.validated[name] = isValid
        return isValid
    }
}
