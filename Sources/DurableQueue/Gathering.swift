/// How long a group gathers: from its first message on, as long as one after another comes.
struct Gathering {
    /// The next of those who come back should be here within this time, even where each of them is work for the
    /// processors before.
    private static let pause: Duration = .milliseconds(2)
    /// Less than the work on so many takes, and nothing to a client at the other end of a network.
    private static let longest: Duration = .milliseconds(6)

    /// For so many messages it waits.
    let gathered: Int
    private let end: ContinuousClock.Instant
    private var next: ContinuousClock.Instant
    private var present: Int

    init(_ size: GroupSize, present: Int, at instant: ContinuousClock.Instant) {
        gathered = size.gathered
        self.present = present
        next = instant + Self.pause
        end = instant + Self.longest
    }

    /// How long the group waits on at most; `nil` if it is to be written.
    mutating func wait(present: Int, at instant: ContinuousClock.Instant) -> Duration? {
        if present > self.present { next = instant + Self.pause }
        self.present = present
        let until = min(next, end)
        return present < gathered && instant < until ? until - instant : nil
    }
}
