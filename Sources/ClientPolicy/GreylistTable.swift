import Bytes

/// The entries of the store in memory, and the rules by which they change.
struct GreylistTable: Sendable {
    /// The most entries: about 100 MB of memory and 40 MB of disk.
    static let capacity = 1_000_000
    /// How often the last time of an entry is noted at most; more would only fill the disk.
    static let touchInterval = Duration.seconds(3_600)

    private(set) var entries: [GreylistKey: GreylistEntry] = [:]
    private var swept = Timestamp(microseconds: .min)

    /// How often a full table is searched for what has expired; in between, more would not be found.
    private static let sweepInterval = Duration.seconds(60)

    /// Puts back what was read from the disk.
    mutating func restore(_ key: GreylistKey, _ entry: GreylistEntry) {
        guard entries.count < Self.capacity || entries[key] != nil else { return }
        entries[key] = entry
    }

    /// Judges a triple and notes what has become known; `changed` hears of each entry that is new or different.
    mutating func judge(
        _ triple: GreylistKey, from network: GreylistKey, by policy: GreylistPolicy, at now: Timestamp,
        changed: (GreylistKey, GreylistEntry) -> Void
    ) -> GreylistJudgement {
        if let trust = live(network, by: policy, at: now), trust.passes >= policy.trustAfter, policy.trustAfter > 0 {
            touch(network, trust, at: now, changed)
            return .trusted
        }
        guard var entry = live(triple, by: policy, at: now) else {
            guard makeRoom(by: policy, at: now) else { return .unwatched }
            note(triple, GreylistEntry(first: now, last: now, passes: 0), changed)
            return .new(policy.delay)
        }
        guard entry.passes == 0 else {
            touch(triple, entry, at: now, changed)
            return .known
        }
        let ripe = entry.first + policy.delay
        guard now >= ripe else { return .early(ripe - now) }
        entry.last = now
        entry.passes = 1
        note(triple, entry, changed)
        var trust = live(network, by: policy, at: now) ?? GreylistEntry(first: now, last: now, passes: 0)
        trust.last = now
        trust.passes += 1
        if entries[network] != nil || makeRoom(by: policy, at: now) { note(network, trust, changed) }
        return .returned
    }

    /// Forgets what has expired.
    mutating func sweep(by policy: GreylistPolicy, at now: Timestamp) {
        entries = entries.filter { Self.isLive($0.value, by: policy, at: now) }
        swept = now
    }

    private func live(_ key: GreylistKey, by policy: GreylistPolicy, at now: Timestamp) -> GreylistEntry? {
        guard let entry = entries[key], Self.isLive(entry, by: policy, at: now) else { return nil }
        return entry
    }

    /// A first moment in the future was noted before the clock was set back; such an entry tells nothing.
    private static func isLive(_ entry: GreylistEntry, by policy: GreylistPolicy, at now: Timestamp) -> Bool {
        entry.first <= now && now < entry.last + (entry.passes == 0 ? policy.window : policy.memory)
    }

    private mutating func makeRoom(by policy: GreylistPolicy, at now: Timestamp) -> Bool {
        if entries.count >= Self.capacity, now < swept || now - swept >= Self.sweepInterval {
            sweep(by: policy, at: now)
        }
        return entries.count < Self.capacity
    }

    private mutating func touch(
        _ key: GreylistKey, _ entry: GreylistEntry, at now: Timestamp, _ changed: (GreylistKey, GreylistEntry) -> Void
    ) {
        guard now - entry.last >= Self.touchInterval else { return }
        var entry = entry
        entry.last = now
        note(key, entry, changed)
    }

    private mutating func note(
        _ key: GreylistKey, _ entry: GreylistEntry, _ changed: (GreylistKey, GreylistEntry) -> Void
    ) {
        entries[key] = entry
        changed(key, entry)
    }
}
