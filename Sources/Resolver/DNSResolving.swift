/// The ability to look names up in the DNS.
package protocol DNSResolving: Sendable {
    /// Looks up the records of one type, following CNAME records.
    ///
    /// Cancelling the task ends the wait with a temporary failure.
    func query(_ name: String, _ type: RecordType) async -> DNSAnswer

    /// The same, and until when the answer is the one that would be given again, for those who remember what they made
    /// of it; `nil` where that is not known.
    func queryWithExpiry(_ name: String, _ type: RecordType) async -> (
        answer: DNSAnswer, expiry: ContinuousClock.Instant?
    )
}

extension DNSResolving {
    /// Knows nothing of what it remembers.
    package func queryWithExpiry(
        _ name: String, _ type: RecordType
    ) async -> (answer: DNSAnswer, expiry: ContinuousClock.Instant?) {
        (await query(name, type), nil)
    }
}
