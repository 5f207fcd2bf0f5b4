import SearchIndex

/// What `sluice index stats` shows.
struct IndexAnswer: Codable {
    /// One run of the index.
    struct Run: Codable {
        let file: String
        let level: Int
        let octets: Int
        let mails: Int
        let dead: Int
        let users: Int
    }

    /// The runs on disk, oldest first.
    let runs: [Run]
    let memoryMails: Int
    let memoryOctets: Int
    let coversThrough: UInt64
    let flushes: Int
    let merges: Int
    let octetsWritten: Int
    let isRebuilding: Bool

    init(_ statistics: IndexStatistics, isRebuilding: Bool) {
        runs = statistics.runs.map { run in
            Run(
                file: run.file, level: run.level, octets: run.octets, mails: run.mails, dead: run.dead,
                users: run.users)
        }
        memoryMails = statistics.levelZeroMails
        memoryOctets = statistics.levelZeroOctets
        coversThrough = statistics.coversThrough
        flushes = statistics.flushes
        merges = statistics.merges
        octetsWritten = statistics.octetsWritten
        self.isRebuilding = isRebuilding
    }

    // MARK: The picture

    /// How wide the largest bar is.
    private static let barWidth = 40

    /// The levels as lines: the newest on top, a bar for each run.
    var picture: [String] {
        let largest = max(runs.map(\.octets).max() ?? 1, 1)
        var lines = ["memory   \(memoryMails) mails, \(Self.size(memoryOctets))"]
        for level in Set(runs.map(\.level)).sorted() {
            let members = runs.filter { $0.level == level }
            let octets = members.reduce(0) { $0 + $1.octets }
            let noun = members.count == 1 ? "run" : "runs"
            lines.append("level \(level)  \(members.count) \(noun), \(Self.size(octets))")
            for run in members.reversed() { lines.append(Self.line(run, largest: largest)) }
        }
        let mails = runs.reduce(0) { $0 + $1.mails }
        let dead = runs.reduce(0) { $0 + $1.dead }
        lines.append(
            "\(mails) mails on disk, \(Self.share(dead, of: mails)) of them dead; since the start: flushes \(flushes), "
                + "merges \(merges), written \(Self.size(octetsWritten))")
        if isRebuilding { lines.append("mails are being indexed anew; searches may miss some until that is over") }
        return lines
    }

    private static func line(_ run: Run, largest: Int) -> String {
        let full = max(1, run.octets * barWidth / largest)
        let dead = run.mails == 0 ? 0 : full * run.dead / run.mails
        let bar = String(repeating: "█", count: full - dead) + String(repeating: "░", count: dead)
        let padding = String(repeating: " ", count: barWidth - full)
        let users = run.users == 1 ? "1 user" : "\(run.users) users"
        return "  \(bar)\(padding)  \(size(run.octets)), \(run.mails) mails of \(users), "
            + "\(share(run.dead, of: run.mails)) dead"
    }

    private static func share(_ part: Int, of whole: Int) -> String {
        "\(whole == 0 ? 0 : (part * 100 + whole - 1) / whole) %"
    }

    private static func size(_ octets: Int) -> String {
        octets < 10_000_000 ? "\(octets / 1_000) kB" : "\(octets / 1_000_000) MB"
    }
}

/// What `sluice index rebuild` has done.
struct RebuildAnswer: Codable {
    let mails: Int
}
