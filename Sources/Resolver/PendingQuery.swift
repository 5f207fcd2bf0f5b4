/// A question that c-ares holds; retained by the pointer that c-ares hands back.
final class PendingQuery {
    let loop: AresLoop
    let id: UInt64
    /// The number of its message.
    let number: UInt16
    let submission: AresDriver.Submission

    init(loop: AresLoop, id: UInt64, number: UInt16, submission: AresDriver.Submission) {
        self.loop = loop
        self.id = id
        self.number = number
        self.submission = submission
    }
}
