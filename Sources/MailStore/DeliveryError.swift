/// Why one delivery of a batch is impossible, whatever becomes of the others.
package enum DeliveryError: Error, Sendable, Hashable {
    /// Nobody here has the address.
    case unknownUser(String)
    /// The user has had as many mails as there are numbers.
    case noNumberLeft(UserID)
    /// The parts to store are larger together than the store takes.
    case tooLarge(Int)

    /// A short fixed word for metrics.
    package var label: String {
        switch self {
        case .unknownUser: "unknown-user"
        case .noNumberLeft: "no-number-left"
        case .tooLarge: "too-large"
        }
    }
}

extension DeliveryError: CustomStringConvertible {
    /// What is wrong, where, and what would be right.
    package var description: String {
        switch self {
        case .unknownUser(let address): "no user has the address \(address); add one with `sluice user add`"
        case .noNumberLeft(let user): "user \(user.value) has had 4294967295 mails; there is no number for one more"
        case .tooLarge(let count): "the mail takes \(count) octets; at most \(MailStore.largestDelivery) can be stored"
        }
    }
}
