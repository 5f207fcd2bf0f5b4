/// How the index spends memory and when it merges.
package struct IndexOptions: Sendable {
    /// The memory of level 0 in octets, at least ``minimumLevelZero``; full, it becomes a segment.
    package var levelZeroSize: Int
    /// How many neighbouring runs of one level are merged into one of the next.
    package var fanOut: Int
    /// How many runs there may be before the smallest neighbours are merged whatever their level: each costs every query.
    package var maximumRuns: Int
    /// The share of dead mails in a segment above which it is written anew, in percent.
    package var deadPercent: Int
    /// The key of the hash in level 0; nil for a random one.
    package var hashKey: UInt64?

    /// The smallest level 0: room for a few of the largest mails.
    package static let minimumLevelZero = 8 << 20

    /// The measured defaults.
    package init(
        levelZeroSize: Int = 48 << 20, fanOut: Int = 4, maximumRuns: Int = 24, deadPercent: Int = 20,
        hashKey: UInt64? = nil
    ) {
        self.levelZeroSize = max(levelZeroSize, Self.minimumLevelZero)
        self.fanOut = max(fanOut, 2)
        self.maximumRuns = max(maximumRuns, 2)
        self.deadPercent = deadPercent
        self.hashKey = hashKey
    }
}
