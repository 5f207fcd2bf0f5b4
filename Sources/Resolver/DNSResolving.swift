/// The ability to look names up in the DNS.
package protocol DNSResolving: Sendable {
    /// Looks up the records of one type, following CNAME records.
    ///
    /// Cancelling the task ends the wait with a temporary failure.
    func query(_ name: String, _ type: RecordType) async -> DNSAnswer
}
