/// Answers from data in memory, for tests and trials.
package struct ZoneResolver: DNSResolving {
    private let zone: DNSZone

    /// Answers from a zone.
    package init(_ zone: DNSZone) { self.zone = zone }

    /// Looks up the records of one type, following aliases; a silent name is a temporary failure, at once.
    package func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
        guard let name = DomainName(name) else { return .malformed(reason: "no question can ask for such a name") }
        switch zone.lookup(name, type) {
        case .found(_, let records): return records.isEmpty ? .noData : .records(records)
        case .noSuchName: return .noSuchName
        case .silent: return .temporaryFailure(reason: "no server answered in time")
        case .loop: return .malformed(reason: "aliases form a loop")
        }
    }
}
