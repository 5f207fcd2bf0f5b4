/// What came back for one question.
package enum DNSAnswer: Sendable, Equatable {
    /// At least one record of the type that was asked for.
    case records([DNSRecord])
    /// The name exists, without records of this type (RFC 2308, section 2.2).
    case noData
    /// The name does not exist (RFC 2308, section 2.1).
    case noSuchName
    /// No server gave an answer; a later question may succeed.
    case temporaryFailure(reason: String)
    /// The answer, or the name asked for, breaks the rules of the wire format.
    case malformed(reason: String)
}
