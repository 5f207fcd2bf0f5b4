/// What `sluice queue --json` prints.
struct QueueAnswer: Decodable {
    /// A pipeline's ledger.
    struct Row: Decodable {
        var received = 0
        var delivered = 0
        var bounced = 0
        var quarantined = 0
        var discarded = 0
        var pending = 0
        var unreadable = 0
        var isBalanced = true
        var discards: [Discarded] = []

        /// Whether everything received is somewhere, counted here again.
        var addsUp: Bool {
            isBalanced && unreadable == 0 && received == delivered + bounced + quarantined + discarded + pending
        }
    }

    /// Recipients whose copy was dropped.
    struct Discarded: Decodable, Equatable {
        let step, reason: String
        let recipients: Int
    }

    /// A message that waits.
    struct Waiting: Decodable {
        let id: String
        let step, reason, until: String?
        let attempts: Int
    }

    let pipelines: [String: Row]
    let pending: [Waiting]

    /// The ledger of the pipeline that the tests use; one that has had no mail is not listed.
    var inbound: Row { pipelines["inbound"] ?? Row() }
}
