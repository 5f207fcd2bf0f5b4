import Bytes
import Files
import Glibc
import SearchIndex

/// What indexing and searching costs: real mails drawn at random, one `add` a mail, merges beside it.
///
/// *Text* is what the index is given of a mail: the octets, as UTF-8, of its decoded subject, people, attachment names and body, which
/// for HTML is its words without markup, and of which ``Corpus/bodyLimit`` counts at most. Ratios to it depend on how much there is of it
/// in a mail and of mails in an account: most of a small account's index is its vocabulary.
///
/// Usage: `IndexBenchmark CORPUS DIRECTORY [MAILS [USERS]]`; prints a name and a value a line. `DIRECTORY` must be empty.
/// `Tests/bench index` calls `prepare CORPUS WORKLOAD` and `measure WORKLOAD USERS DIRECTORY HITS SECONDS ROUNDS`. For profilers,
/// `fill WORKLOAD USERS DIRECTORY` only adds everything at once, and `ask DIRECTORY USER QUERY TIMES` only asks what is there.
@main
struct IndexBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 2 else { return say("usage: IndexBenchmark CORPUS DIRECTORY [MAILS [USERS]]") }
        switch (arguments[1], arguments.count) {
        case ("prepare", 4): return try Workload.prepare(Corpus(directory: arguments[2]), in: arguments[3])
        case ("measure", 8): return try measure(arguments)
        case ("fill", 5): return try fill(arguments)
        case ("ask", 6): return try ask(arguments)
        default: break
        }
        let mails = arguments.count > 3 ? Int(arguments[3]) ?? 20_000 : 20_000
        let users = arguments.count > 4 ? UInt32(arguments[4]) ?? 1 : 1
        let corpus = try Corpus(directory: arguments[1])
        guard !corpus.isEmpty else { return say("no mails in \(arguments[1])") }
        say("resident before: \(resident() >> 20) MB")
        let (index, _) = try InvertedIndex.open(directory: arguments[2], fileSystem: LocalFileSystem())
        index.startMerging()
        let text = try add(mails, users, corpus, to: index)
        try search(index, users: users)
        let start = ContinuousClock.now
        try index.flush()
        while try index.mergeIfNeeded() {}
        say("settling: \(rounded((ContinuousClock.now - start) / .seconds(1))) s")
        report(index.statistics(), text: text)
        try search(index, users: users)
        try index.close()
    }

    /// Measures what `Tests/bench index` compares.
    static func measure(_ arguments: [String]) throws {
        let users = Int(arguments[3]) ?? 1
        let measurement = Measurement(
            workload: try Workload(directory: arguments[2], users: users), directory: arguments[4],
            patience: Double(arguments[6]) ?? 1, rounds: Int(arguments[7]) ?? 1_000)
        if users == 1 { try measurement.addOneByOne() }
        try measurement.addAll(hits: arguments[5])
    }

    private static func fill(_ arguments: [String]) throws {
        let workload = try Workload(directory: arguments[2], users: Int(arguments[3]) ?? 1)
        let measurement = Measurement(workload: workload, directory: arguments[4], patience: 0, rounds: 0)
        try measurement.addAll().close()
    }

    private static func ask(_ arguments: [String]) throws {
        let (index, _) = try InvertedIndex.open(directory: arguments[2], fileSystem: LocalFileSystem())
        let query = try Query(parsing: arguments[4], now: Timestamp(seconds: 1_100_000_000))
        var latencies = Latencies()
        for _ in 0..<(Int(arguments[5]) ?? 1) {
            let before = ContinuousClock.now
            _ = try index.search(user: UInt32(arguments[3]) ?? 1, query: query, limit: Measurement.hitLimit)
            latencies.add(ContinuousClock.now - before)
        }
        say("\(arguments[4]): \(latencies.summary)")
        try index.close()
    }

    /// Adds mails one at a time; gives the octets of their text.
    static func add(_ mails: Int, _ users: UInt32, _ corpus: Corpus, to index: InvertedIndex) throws -> Int {
        var random = Generator(seed: 1)
        var text = 0
        var next = [UInt32](repeating: 0, count: Int(users))
        var latencies = Latencies()
        var merging = Latencies()
        let clock = ContinuousClock()
        let start = clock.now
        for sequence in 1...mails {
            let user = Int(random.next() % UInt64(users))
            next[user] += 1
            let (mail, size) = corpus.draw(
                &random, user: UInt32(user) + 1, number: next[user], sequence: UInt64(sequence))
            text += size
            let isMerging = index.isMaintaining
            let before = clock.now
            try index.add([mail])
            let time = clock.now - before
            latencies.add(time)
            if isMerging { merging.add(time) }
        }
        say("added: \(Int(Double(mails) / ((clock.now - start) / .seconds(1)))) mails/s, text \(text >> 20) MB")
        say("until visible: \(latencies.summary)")
        say("until visible while flushing or merging: \(merging.summary)")
        say("resident: \(resident() >> 20) MB, of it files mapped: \(resident(shared: true) >> 20) MB")
        return text
    }

    static func report(_ statistics: IndexStatistics, text: Int) {
        let size = statistics.runs.reduce(0) { $0 + $1.octets }
        say("index/text: \(rounded(Double(size) / Double(text)))")
        say("written/text: \(rounded(Double(statistics.octetsWritten) / Double(text)))")
        say("runs: \(statistics.runs.count), flushes \(statistics.flushes), merges \(statistics.merges)")
        say("levels: \(statistics.runs.map { "\($0.level):\($0.octets >> 20)" }.joined(separator: " "))")
    }

    /// Query classes, each asked of many users.
    static func search(_ index: InvertedIndex, users: UInt32) throws {
        let classes: [(String, [String])] = [
            ("common word", ["the ", "list ", "mail ", "new ", "people "]),
            ("two words", ["linux kernel ", "free money ", "apache server ", "perl script ", "security update "]),
            ("phrase", ["\"mailing list\"", "\"of the\"", "\"open source\"", "\"click here\"", "\"last week\""]),
            ("prefix", ["a", "th", "mic", "serv", "int"]),
            ("word, sender, unread", ["the from:rssfeeds@example.com is:unread", "list from:guido is:unread"]),
            ("absent", ["zzyzzxq ", "nosuchword "]),
        ]
        for (name, texts) in classes {
            let queries = try texts.map { try Query(parsing: $0, now: Timestamp(seconds: 1_100_000_000)) }
            var random = Generator(seed: 2)
            var latencies = Latencies()
            var hits = 0
            for round in 0..<1_000 {
                let user = UInt32(random.next() % UInt64(users)) + 1
                let before = ContinuousClock.now
                hits += try index.search(user: user, query: queries[round % queries.count], limit: 10).numbers.count
                latencies.add(ContinuousClock.now - before)
            }
            say("\(name): \(latencies.summary), \(hits) hits")
        }
    }

    /// The memory of this process in octets, or how much of it belongs to mapped files.
    static func resident(shared: Bool = false) -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 128)
        guard fgets(&buffer, 128, file) != nil else { return 0 }
        let fields = String(decoding: buffer.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        return fields.count > 2 ? (Int(fields[shared ? 2 : 1]) ?? 0) * 4_096 : 0
    }

    static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

    static func say(_ line: String) {
        _ = Array((line + "\n").utf8).withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
    }
}

/// Durations, and the shares of them that tell most.
struct Latencies {
    private var nanoseconds: [Int] = []

    mutating func add(_ time: Duration) {
        nanoseconds.append(Int(time / .nanoseconds(1)))
    }

    var isEmpty: Bool { nanoseconds.isEmpty }

    /// All together, in seconds.
    var sum: Double { nanoseconds.reduce(0) { $0 + Double($1) } / 1e9 }

    /// That within which a share of them is, in seconds; there must be some.
    func at(_ share: Double) -> Double {
        Double(nanoseconds.sorted()[Int(Double(nanoseconds.count - 1) * share)]) / 1e9
    }

    var summary: String {
        let sorted = nanoseconds.sorted()
        func at(_ share: Double) -> String {
            guard !sorted.isEmpty else { return "-" }
            return "\(IndexBenchmark.rounded(Double(sorted[Int(Double(sorted.count - 1) * share)]) / 1000))"
        }
        return "p50 \(at(0.5)) p99 \(at(0.99)) p99.9 \(at(0.999)) max \(at(1)) us of \(sorted.count)"
    }
}
