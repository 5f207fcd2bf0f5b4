/// What one search sees: the runs of the index at one moment.
///
/// Level 0 goes on growing under it, but a search fixes how much of it is visible when it begins.
struct Snapshot: Sendable {
    /// A segment with the mails of it that are dead.
    struct Run: Sendable {
        var segment: Segment
        var dead: DeadRows
    }

    /// Where mails are added.
    var active: LevelZero
    /// Full, on their way to become segments; oldest first.
    var frozen: [LevelZero]
    /// Oldest first.
    var runs: [Run]

    /// The runs that hold mails of a user, newest first.
    func mailRuns(of user: UInt32) throws(IndexError) -> [any MailRun] {
        var result: [any MailRun] = []
        if let run = LevelZeroRun(active, user: user) { result.append(run) }
        for level in frozen.reversed() {
            if let run = LevelZeroRun(level, user: user) { result.append(run) }
        }
        for run in runs.reversed() {
            if let section = try SegmentRun(run.segment, user: user, dead: run.dead) { result.append(section) }
        }
        return result
    }
}
