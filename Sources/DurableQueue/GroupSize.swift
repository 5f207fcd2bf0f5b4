/// How many messages share a synchronisation, judged by how many producers there were when the last group was done: those
/// of that group, who come back now, and those who had come meanwhile.
///
/// A few producers go together. Many go in two groups in turn, so that the disk works for the one while the threads work
/// for the other.
struct GroupSize: Equatable {
    /// For so many messages a group waits.
    let gathered: Int
    /// So many it takes at most; the others are the next.
    let limit: Int

    /// From so many producers on, those of the last group are given time to come back, so that not a few of them take a
    /// synchronisation for themselves while the others wait for the next.
    private static let crowd = 4
    /// So many share the price of a synchronisation well: more of them are not waited for, since the disk would rest,
    /// and with twice as many there are two groups.
    private static let company = 24
    /// Which part of the producers is waited for: a few may be gone.
    private static let part = (numerator: 7, denominator: 8)

    /// - Parameters:
    ///   - producers: How many there were.
    ///   - present: How many messages are there now.
    init(producers: Int, present: Int) {
        let most = max(producers, present)
        let own = most < 2 * Self.company ? most : (most + 1) / 2
        limit = most < 2 * Self.company ? .max : own
        let waited = min(producers, own) * Self.part.numerator / Self.part.denominator
        gathered = producers < Self.crowd ? 0 : min(waited, Self.company)
    }
}
