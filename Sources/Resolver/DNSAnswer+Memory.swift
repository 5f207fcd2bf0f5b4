extension DNSAnswer {
    /// What an entry of the cache takes beside its records.
    private static let entryMemory = 200

    /// What the answer takes in memory, in octets and roughly.
    var memory: Int {
        guard case .records(let records) = self else { return Self.entryMemory }
        return records.reduce(Self.entryMemory) { $0 + $1.memory }
    }
}

extension DNSRecord {
    /// What a record takes beside its texts, and what each array takes beside its elements.
    private static let (recordMemory, arrayMemory) = (48, 32)

    fileprivate var memory: Int {
        switch self {
        case .address: Self.recordMemory
        case .mx(_, let name), .ptr(let name), .cname(let name): Self.recordMemory + name.utf8.count
        case .txt(let strings): strings.reduce(Self.recordMemory) { $0 + Self.arrayMemory + $1.count }
        case .tlsa(_, _, _, let data): Self.recordMemory + Self.arrayMemory + data.count
        }
    }
}
