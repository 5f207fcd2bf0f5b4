/// Why a policy's evaluation ended without a match or a default.
enum Interruption: Error, Equatable {
    /// The DNS did not answer; another try may go better (RFC 7208, section 2.6.6).
    case temporary(String)
    /// The policy is broken or asks for too much (RFC 7208, section 2.6.7).
    case permanent(String)
    /// There is no policy (RFC 7208, section 2.6.1).
    case noPolicy(String)

    /// The same, but a missing policy is an error where another one names it (RFC 7208, sections 5.2 and 6.1).
    func asPermanent(_ place: String) -> Interruption {
        if case .noPolicy(let reason) = self { .permanent("\(place): \(reason)") } else { self }
    }
}
