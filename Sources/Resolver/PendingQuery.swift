/// A question that c-ares holds; retained by the pointer that c-ares hands back.
final class PendingQuery {
    let loop: AresLoop
    let id: UInt64
    let submission: AresDriver.Submission

    init(loop: AresLoop, id: UInt64, submission: AresDriver.Submission) {
        self.loop = loop
        self.id = id
        self.submission = submission
    }
}
