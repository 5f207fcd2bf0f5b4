/// What `sluice queue --json` prints.
struct QueueAnswer: Decodable {
    /// A pipeline's ledger.
    struct Row: Decodable {
        let received, delivered, bounced, quarantined, discarded, pending, unreadable: Int
        let isBalanced: Bool

        /// Whether everything received is somewhere, counted here again.
        var addsUp: Bool {
            isBalanced && unreadable == 0 && received == delivered + bounced + quarantined + discarded + pending
        }
    }

    /// A message that waits.
    struct Waiting: Decodable {
        let id: String
        let step, reason, until: String?
        let attempts: Int
    }

    let pipelines: [String: Row]
    let pending: [Waiting]

    /// The ledger of the pipeline that the tests use.
    var inbound: Row {
        get throws {
            guard let row = pipelines["inbound"] else { throw Mishap("the queue knows no pipeline inbound") }
            return row
        }
    }
}
