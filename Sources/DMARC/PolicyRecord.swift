/// A DMARC policy record (RFC 7489, section 6.3).
package struct PolicyRecord: Sendable, Hashable {
    /// What the domain's owner asks for (section 6.3, tags `p` and `sp`).
    package enum Request: String, Sendable, Hashable, CaseIterable, Comparable {
        /// Nothing.
        case none
        /// To treat the message as suspicious.
        case quarantine
        /// To refuse the message.
        case reject

        /// Whether one asks for less than the other.
        package static func < (left: Request, right: Request) -> Bool { left.severity < right.severity }

        /// The next milder request, for messages that `pct` leaves out (section 6.6.4).
        package var milder: Request { self == .reject ? .quarantine : .none }

        private var severity: Int {
            switch self {
            case .none: 0
            case .quarantine: 1
            case .reject: 2
            }
        }
    }

    /// How closely names must agree (section 3.1).
    package enum Alignment: String, Sendable, Hashable {
        /// Names of one organization agree.
        case relaxed = "r"
        /// Only equal names agree.
        case strict = "s"
    }

    /// What is asked for mail of the domain.
    package internal(set) var policy = Request.none
    /// What is asked for mail of names below it, where that differs.
    package internal(set) var subdomainPolicy: Request?
    /// To how many messages in a hundred that applies.
    package internal(set) var percent = 100
    /// How closely the signing domain must agree.
    package internal(set) var dkimAlignment = Alignment.relaxed
    /// How closely the domain of the reverse-path must agree.
    package internal(set) var spfAlignment = Alignment.relaxed
    /// Where aggregate reports are wanted.
    package internal(set) var aggregateReports: [String] = []
    /// Where failure reports are wanted.
    package internal(set) var failureReports: [String] = []
    /// For which failures (tag `fo`).
    package internal(set) var failureOptions = "0"
    /// The wanted time between aggregate reports, in seconds.
    package internal(set) var interval = 86_400
    /// Tags that this format does not know or that have no value, as they stand.
    package internal(set) var ignored: [String] = []
    /// The record as it was published.
    package let text: String

    /// The request for mail from a name below the record's (section 6.3, `sp`).
    package var policyBelow: Request { subdomainPolicy ?? policy }

    init(text: String) { self.text = text }
}
