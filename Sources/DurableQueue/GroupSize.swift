/// How many messages share a synchronisation, judged by how many producers there are: those of the last group, who come
/// back now, and those who have come meanwhile.
///
/// A few producers go together. Many go in two groups in turn, so that the disk works for the one while the threads work
/// for the other.
struct GroupSize: Equatable {
    /// For so many messages a group waits a moment.
    let gathered: Int
    /// So many it takes at most; the others are the next.
    let limit: Int

    /// From this size on, the producers of the last group are given a moment to come back, so that not a few of them
    /// take a synchronisation for themselves while the others wait for the next.
    static let crowd = 8
    /// So many share the price of a synchronisation well: more of them are not waited for, since the disk would rest,
    /// and with twice as many there are two groups.
    private static let company = 24
    /// Which part of the producers is waited for: a few may be gone.
    private static let part = (numerator: 7, denominator: 8)

    /// - Parameters:
    ///   - lastGroup: How many messages the last group had.
    ///   - present: How many are there.
    init(lastGroup: Int, present: Int) {
        let producers = lastGroup + present
        let own = producers < 2 * Self.company ? producers : (producers + 1) / 2
        limit = producers < 2 * Self.company ? .max : own
        let most = own * Self.part.numerator / Self.part.denominator
        gathered = lastGroup < Self.crowd ? 0 : min(most, Self.company)
    }
}
