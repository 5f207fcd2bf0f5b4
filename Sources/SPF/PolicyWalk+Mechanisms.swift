import Resolver

extension PolicyWalk {
    /// Whether a directive matched, and how it is put to libspf2.
    struct Match {
        let isMatch: Bool
        /// The term without qualifier, free of macros and of every character from outside.
        let cleanTerm: String

        /// The whole term for libspf2.
        func term(_ directive: Record.Directive) -> CleanRecord.Term {
            let isNetwork = if case .network = directive.mechanism { true } else { false }
            return .init(qualifier: directive.qualifier.rawValue, text: cleanTerm, isNetwork: isNetwork)
        }
    }

    /// Evaluates one directive (RFC 7208, section 5).
    mutating func evaluate(_ directive: Record.Directive, in domain: String) async throws(Interruption) -> Match {
        switch directive.mechanism {
        case .all: return Match(isMatch: true, cleanTerm: "all")
        case .network(let network, let length): return evaluate(network, length)
        case .include(let target):
            try limits.countTerm()
            return try await evaluateInclude(await name(target, in: domain))
        case .address(let target, let lengths):
            try limits.countTerm()
            return try await evaluateAddress(await name(target, or: domain), length(lengths))
        case .mx(let target, let lengths):
            try limits.countTerm()
            return try await evaluateMX(await name(target, or: domain), length(lengths))
        case .pointer(let target):
            try limits.countTerm()
            return try await evaluatePointer(await name(target, or: domain))
        case .exists(let target):
            try limits.countTerm()
            return try await evaluateExists(await name(target, in: domain))
        }
    }

    /// Evaluates `ip4` and `ip6` (section 5.6).
    ///
    /// A prefix of no bits is put as the client's own address: libspf2 refuses it.
    private func evaluate(_ network: IPAddress, _ length: Int) -> Match {
        let matches = identity.client.shares(length, bitsWith: network)
        let word = if case .v4 = network { "ip4" } else { "ip6" }
        if length == 0 { return Match(isMatch: matches, cleanTerm: "\(word):\(matches ? identity.client : network)") }
        return Match(isMatch: matches, cleanTerm: "\(word):\(network)/\(length)")
    }

    /// Evaluates `a` (section 5.3).
    private mutating func evaluateAddress(_ target: String, _ length: Int) async throws(Interruption) -> Match {
        let addresses = try await addresses(of: target) ?? []
        if addresses.isEmpty { try limits.countVoid() }
        let alias = bundle.makeAlias("a")
        let matches = record(addresses, at: alias, length)
        return Match(isMatch: matches, cleanTerm: "a:\(alias)\(suffix(length))")
    }

    /// Evaluates `mx` (section 5.4).
    private mutating func evaluateMX(_ target: String, _ length: Int) async throws(Interruption) -> Match {
        let alias = bundle.makeAlias("m")
        let term = "mx:\(alias)\(suffix(length))"
        var hosts: [String] = []
        if let name = queryName(target) {
            switch try await ask(name, .mx) {
            case .records(let records):
                hosts = records.compactMap { if case .mx(_, let exchange) = $0 { exchange } else { nil } }
            case .noData, .noSuchName: break
            case .temporaryFailure(let reason), .malformed(let reason):
                throw .temporary("mail exchangers of \(target): \(reason)")
            }
        }
        if hosts.isEmpty { try limits.countVoid() }
        guard hosts.count <= LookupLimits.maximumNames else {
            throw .permanent("\(target) has more than \(LookupLimits.maximumNames) mail exchangers")
        }
        var hostAliases: [String] = []
        defer { bundle.add(names: hostAliases, .mx, at: alias) }
        for host in hosts {
            let hostAlias = bundle.makeAlias("h")
            hostAliases.append(hostAlias)
            if record(try await addresses(of: host) ?? [], at: hostAlias, length) {
                return Match(isMatch: true, cleanTerm: term)
            }
        }
        return Match(isMatch: false, cleanTerm: term)
    }

    /// Evaluates `exists` (section 5.7): always a question for IPv4 addresses.
    private mutating func evaluateExists(_ target: String) async throws(Interruption) -> Match {
        let alias = bundle.makeAlias("e")
        let term = "exists:\(alias)"
        var exists = false
        if let name = queryName(target) {
            switch try await ask(name, .a) {
            case .records: exists = true
            case .noData, .noSuchName: break
            case .temporaryFailure(let reason), .malformed(let reason):
                throw .temporary("existence of \(target): \(reason)")
            }
        }
        if !exists { try limits.countVoid() }
        bundle.add(addresses: exists ? [.v4(0x7F00_0002)] : [], .a, at: alias)
        return Match(isMatch: exists, cleanTerm: term)
    }

    /// The addresses of the client's family at a name; nil where there are none.
    mutating func addresses(of target: String) async throws(Interruption) -> [IPAddress]? {
        guard let name = queryName(target) else { return nil }
        switch try await ask(name, addressType) {
        case .records(let records):
            return records.compactMap { if case .address(let address) = $0 { address } else { nil } }
        case .noData, .noSuchName: return nil
        case .temporaryFailure(let reason), .malformed(let reason):
            throw .temporary("addresses of \(target): \(reason)")
        }
    }

    /// Puts addresses into the bundle; whether one of them has the client's first `length` bits.
    private mutating func record(_ addresses: [IPAddress], at alias: String, _ length: Int) -> Bool {
        let match = addresses.first { $0.shares(length, bitsWith: identity.client) }
        // With no bits to compare any address stands for the client's own, as in `evaluate(_:_:)`.
        let shown = match.map { length == 0 ? [identity.client] : [$0] } ?? []
        let others = length == 0 ? [] : addresses.filter { $0 != match }.prefix(PolicyBundle.maximumAddresses)
        bundle.add(addresses: shown + others, addressType, at: alias)
        return match != nil
    }

    private var addressType: RecordType { if case .v4 = identity.client { .a } else { .aaaa } }

    private func length(_ lengths: Record.PrefixLengths) -> Int {
        if case .v4 = identity.client { lengths.v4 } else { lengths.v6 }
    }

    /// The prefix length as a mechanism has it; none for 0, see ``record(_:at:_:)``.
    private func suffix(_ length: Int) -> String {
        guard length > 0 else { return "" }
        return if case .v4 = identity.client { "/\(length)" } else { "//\(length)" }
    }

    private mutating func name(_ target: MacroString?, or domain: String) async -> String {
        guard let target else { return domain }
        return await name(target, in: domain)
    }
}
