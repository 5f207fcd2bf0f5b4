/// How long greylisting waits and remembers (RFC 6647, section 5).
package struct GreylistPolicy: Sendable, Hashable {
    /// How long a new triple is put off.
    package var delay: Duration
    /// How long after its first try a triple may come back.
    package var window: Duration
    /// How long a triple that came back is let through at once, counted from the last time.
    package var memory: Duration
    /// After how many triples a network is known to try again, and is not put off any more.
    package var trustAfter: Int

    /// The times of RFC 6647, section 5: a minute to a day; and a memory that outlasts a monthly newsletter.
    package init(
        delay: Duration = .seconds(60), window: Duration = .seconds(86_400), memory: Duration = .seconds(35 * 86_400),
        trustAfter: Int = 5
    ) {
        self.delay = delay
        self.window = window
        self.memory = memory
        self.trustAfter = trustAfter
    }
}

/// What greylisting says about a recipient.
package enum GreylistJudgement: Sendable, Equatable {
    /// Seen for the first time, or too long ago: to be put off for so long.
    case new(Duration)
    /// Came back too early: to be put off for so long.
    case early(Duration)
    /// Came back in time, for the first time.
    case returned
    /// Has come back before.
    case known
    /// Its network has shown often enough that it tries again.
    case trusted
    /// Let through because the store is full of others who are waiting.
    case unwatched

    /// How long to put it off; `nil` if it is let through.
    package var delay: Duration? {
        switch self {
        case .new(let delay), .early(let delay): delay
        case .returned, .known, .trusted, .unwatched: nil
        }
    }

    /// All that ``word`` can be.
    package static let words = ["new", "early", "returned", "known", "trusted", "unwatched"]

    /// The word for facts.
    package var word: String {
        switch self {
        case .new: "new"
        case .early: "early"
        case .returned: "returned"
        case .known: "known"
        case .trusted: "trusted"
        case .unwatched: "unwatched"
        }
    }
}
