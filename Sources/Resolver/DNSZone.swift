/// DNS data in memory: records by name, and names that stay silent.
package struct DNSZone: Sendable {
    /// What the data says about one question.
    package enum Lookup: Sendable, Equatable {
        /// The aliases that were followed, then the records of the type asked for; `records` is empty where there are none.
        case found(aliases: [Alias], records: [DNSRecord])
        /// The name, or the last alias' target, does not exist.
        case noSuchName(aliases: [Alias])
        /// No answer is to be given.
        case silent
        /// The aliases form a loop.
        case loop
    }

    /// One alias on the way to an answer.
    package struct Alias: Sendable, Equatable {
        /// The name that is an alias.
        package let owner: DomainName
        /// The name that it stands for, as it was given.
        package let target: String
    }

    /// For how many seconds an answer may be kept.
    package var timeToLive: UInt32 = 300
    private var records: [DomainName: [DNSRecord]] = [:]
    private var silentNames: Set<DomainName> = []
    /// Names that exist because names below them do (RFC 8020).
    private var parents: Set<String> = []

    /// A zone without names.
    package init() {}

    /// A zone of names and records; names that no question can ask for are left out.
    package init(_ records: KeyValuePairs<String, [DNSRecord]>) {
        for (name, data) in records {
            for record in data { add(record, at: name) }
        }
    }

    /// Adds a record; a name that no question can ask for is left out.
    package mutating func add(_ record: DNSRecord, at name: String) {
        guard let name = DomainName(name) else { return }
        note(name)
        records[name, default: []].append(record)
    }

    /// Makes a name exist without records.
    package mutating func addName(_ name: String) {
        guard let name = DomainName(name) else { return }
        note(name)
        records[name, default: []] += []
    }

    /// Makes questions for types that the name has no records of go unanswered.
    package mutating func silence(_ name: String) {
        guard let name = DomainName(name) else { return }
        silentNames.insert(name)
    }

    private mutating func note(_ name: DomainName) {
        guard records[name] == nil else { return }
        let labels = name.labels
        for start in labels.indices.dropFirst() { parents.insert(labels[start...].joined(separator: ".")) }
    }

    /// Answers a question, following aliases.
    package func lookup(_ name: DomainName, _ type: RecordType) -> Lookup {
        var owner = name
        var aliases: [Alias] = []
        while aliases.count <= DNSResponse.maximumAliases {
            let here = records[owner]
            let found = (here ?? []).filter { $0.type == type }
            if found.isEmpty, silentNames.contains(owner) { return .silent }
            if !found.isEmpty { return .found(aliases: aliases, records: found) }
            guard case .cname(let target)? = here?.first(where: { $0.type == .cname }) else {
                let exists = here != nil || parents.contains(owner.text)
                return exists ? .found(aliases: aliases, records: []) : .noSuchName(aliases: aliases)
            }
            aliases.append(Alias(owner: owner, target: target))
            guard let next = DomainName(target) else { return .noSuchName(aliases: aliases) }
            owner = next
        }
        return .loop
    }
}
