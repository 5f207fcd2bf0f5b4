package import Resolver

/// What the DNS says about the name of an address, checked against the addresses of that name (RFC 8601, section 3).
package enum ReverseName: Sendable, Equatable {
    /// The address has a name, and the name has the address.
    case confirmed(String)
    /// The address has a name, but none of its names has the address.
    case contradicted(String)
    /// The address has no name.
    case missing
    /// Nobody can tell now; the text says why.
    case unknown(reason: String)

    /// How many names of one address are looked up; as many as RFC 7208, section 4.6.4 allows for SPF, since whoever
    /// owns the reverse zone chooses how many look-ups each of his connections costs us.
    package static let nameLimit = 10

    /// Looks an address up in both directions.
    package static func find(_ address: IPAddress, using resolver: some DNSResolving) async -> ReverseName {
        let address = address.unmapped
        var names: [String] = []
        switch await resolver.query(address.reverseName, .ptr) {
        case .records(let records):
            for case .ptr(let name) in records.prefix(nameLimit) where isHostName(name) {
                names.append(name.lowercased())
            }
        case .noData, .noSuchName: return .missing
        case .temporaryFailure(let reason), .malformed(let reason): return .unknown(reason: reason)
        }
        guard let first = names.first else { return .missing }
        var failure: String?
        let type: RecordType = if case .v4 = address { .a } else { .aaaa }
        for name in names {
            switch await resolver.query(name, type) {
            case .records(let records) where records.contains(.address(address)): return .confirmed(name)
            case .records, .noData, .noSuchName, .malformed: continue
            case .temporaryFailure(let reason): failure = reason
            }
        }
        return failure.map { .unknown(reason: $0) } ?? .contradicted(first)
    }

    /// Whether a name is made as those of hosts are (RFC 1123, section 2.1), or with the underscore that many use.
    ///
    /// Whoever owns the reverse zone writes the name, and could write what ends a comment or a field.
    private static func isHostName(_ name: String) -> Bool {
        name.utf8.allSatisfy { octet in
            (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet & 0xDF) || "-._".utf8.contains(octet)
        }
    }

    /// All that ``result`` can be.
    package static let results = ["pass", "fail", "permerror", "temperror"]

    /// The result keyword of RFC 8601, section 2.7.3.
    package var result: String {
        switch self {
        case .confirmed: "pass"
        case .contradicted: "fail"
        case .missing: "permerror"
        case .unknown: "temperror"
        }
    }

    /// The confirmed name; empty if there is none.
    package var name: String {
        if case .confirmed(let name) = self { name } else { "" }
    }
}
