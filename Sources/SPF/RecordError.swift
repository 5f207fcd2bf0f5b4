/// A place where a policy breaks the grammar of RFC 7208, section 12.
struct RecordError: Error, Equatable {
    /// What is wrong, for the operator.
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
