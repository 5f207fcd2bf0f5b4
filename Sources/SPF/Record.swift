import Resolver

/// A published policy, taken apart (RFC 7208, section 4.6.1).
struct Record: Equatable, Sendable {
    /// A mechanism with its qualifier.
    struct Directive: Equatable, Sendable {
        /// The result where the mechanism matches.
        let qualifier: Qualifier
        let mechanism: Mechanism
        /// The mechanism as it was written, without the qualifier.
        let source: String
    }

    /// What a match means.
    enum Qualifier: Character, Sendable {
        case pass = "+"
        case fail = "-"
        case softfail = "~"
        case neutral = "?"

        var result: SPFResult {
            switch self {
            case .pass: .pass
            case .fail: .fail
            case .softfail: .softfail
            case .neutral: .neutral
            }
        }
    }

    /// How many bits of an address count, by family.
    struct PrefixLengths: Equatable, Sendable {
        var v4 = 32
        var v6 = 128
    }

    /// The mechanisms (RFC 7208, section 5); a missing name means the current domain.
    enum Mechanism: Equatable, Sendable {
        case all
        case include(MacroString)
        case address(MacroString?, PrefixLengths)
        case mx(MacroString?, PrefixLengths)
        case pointer(MacroString?)
        case network(IPAddress, Int)
        case exists(MacroString)
    }

    var directives: [Directive] = []
    var redirect: MacroString?
    var explanation: MacroString?
}
