extension Reply {
    /// The reason of a refusal that has a usual code.
    public enum Refusal: Sendable {
        /// 550 5.7.1: the server's rules do not allow it.
        case policyViolation
        /// 550 5.1.1: no such mailbox here.
        case unknownMailbox
        /// 550 5.7.23: the SPF check failed (RFC 7372).
        case spfFailure
        /// 550 5.7.24: the SPF check came to no result, since the policy is faulty (RFC 7372).
        case spfError
        /// 451 4.3.0: something on our side does not work now.
        case localError
        /// 452 4.3.1: no room.
        case insufficientStorage
        /// 421 4.3.2: the server is going down or too busy.
        case unavailable
    }

    /// A refusal with its usual codes and a text of one's own.
    public init(_ refusal: Refusal, _ text: String) {
        switch refusal {
        case .policyViolation: self.init(550, EnhancedStatusCode(5, 7, 1), text)
        case .unknownMailbox: self.init(550, EnhancedStatusCode(5, 1, 1), text)
        case .spfFailure: self.init(550, EnhancedStatusCode(5, 7, 23), text)
        case .spfError: self.init(550, EnhancedStatusCode(5, 7, 24), text)
        case .localError: self.init(451, EnhancedStatusCode(4, 3, 0), text)
        case .insufficientStorage: self.init(452, EnhancedStatusCode(4, 3, 1), text)
        case .unavailable: self.init(421, EnhancedStatusCode(4, 3, 2), text)
        }
    }
}
