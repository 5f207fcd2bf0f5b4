import Bytes
import Files
import Glibc
import SearchIndex

/// Our side of `Tests/bench index`; prints a name and a value a line, with a tab between.
struct Measurement {
    /// Every so many adds, the mail just added is searched for, outside of the time that counts.
    private static let visibleEvery = 16
    /// One mail in so many is unread.
    private static let unreadEvery: UInt64 = 10
    /// How many mails are added at once when there are many.
    private static let batch = 256
    static let hitLimit = 10

    let workload: Workload
    let directory: String
    /// How long, in seconds, the queries of one class may be asked at most.
    let patience: Double
    /// How often the queries of one class are asked at most.
    let rounds: Int

    /// One mail a commit, in an index of its own.
    func addOneByOne() throws {
        let (index, _) = try InvertedIndex.open(
            directory: directory + "/one-by-one", fileSystem: LocalFileSystem())
        index.startMerging()
        var latencies = Latencies()
        var merging = Latencies()
        let before = Process.anonymousOctets
        let written = Process.writtenOctets
        var peak = before
        for original in workload.mails {
            var mail = original
            let word = Self.word(of: mail.sequence)
            mail.body += "\n" + word
            let isMerging = index.isMaintaining
            let start = ContinuousClock.now
            try index.add([mail])
            let time = ContinuousClock.now - start
            latencies.add(time)
            if isMerging { merging.add(time) }
            guard mail.sequence % UInt64(Self.visibleEvery) == 0 else { continue }
            let query = try Query(parsing: word + " ", now: Timestamp(seconds: 0))
            guard try index.search(user: mail.user, query: query, limit: 1).numbers == [mail.number] else {
                throw Failure(text: "mail \(mail.sequence) was added and is not found")
            }
            peak = max(peak, Process.anonymousOctets)
        }
        try settle(index)
        peak = max(peak, Process.anonymousOctets)
        say("commits", Double(workload.mails.count))
        say("commit_rate", Double(workload.mails.count) / latencies.sum)
        say("visible_p50", latencies.at(0.5))
        say("visible_p99", latencies.at(0.99))
        say("visible_p99_merging", merging.isEmpty ? latencies.at(0.99) : merging.at(0.99))
        say("visible_max", latencies.at(1))
        say("written_per_text", Double(Process.writtenOctets - written) / Double(workload.text))
        say("memory_mb", Double(peak - before) / 1e6)
        try index.close()
    }

    /// Everything at once, in an index of its own; then the queries.
    func addAll(hits path: String) throws {
        let index = try addAll()
        for mail in workload.mails where mail.sequence % Self.unreadEvery != 0 {
            index.setFlags(user: mail.user, number: mail.number, flags: [.read], mailbox: 0)
        }
        try writeHits(index, path)
        try ask(index)
        try index.close()
    }

    /// Everything at once, in an index of its own.
    func addAll() throws -> InvertedIndex {
        let (index, _) = try InvertedIndex.open(directory: directory + "/bulk", fileSystem: LocalFileSystem())
        index.startMerging()
        let before = Process.anonymousOctets
        var peak = before
        let start = Process.processorSeconds
        for first in stride(from: 0, to: workload.mails.count, by: Self.batch) {
            try index.add(Array(workload.mails[first..<min(first + Self.batch, workload.mails.count)]))
            peak = max(peak, Process.anonymousOctets)
        }
        try settle(index)
        let seconds = Process.processorSeconds - start
        say("bulk_mb_per_cpu_second", Double(workload.text) / 1e6 / seconds)
        // Of one user, the way of one mail a commit tells.
        if workload.mails.contains(where: { $0.user > 1 }) { say("memory_mb", Double(peak - before) / 1e6) }
        let size = index.statistics().runs.reduce(0) { $0 + $1.octets }
        say("size_per_text", Double(size) / Double(workload.text))
        say("bulk_written_per_text", Double(index.statistics().octetsWritten) / Double(workload.text))
        return index
    }

    private func settle(_ index: InvertedIndex) throws {
        try index.flush()
        while try index.mergeIfNeeded() {}
    }

    /// A line for each query: the places of all its mails in the order of arrival, newest first.
    private func writeHits(_ index: InvertedIndex, _ path: String) throws {
        var sequences: [UInt32: [UInt64]] = [:]
        for mail in workload.mails { sequences[mail.user, default: []].append(mail.sequence) }
        var lines = ""
        for question in workload.questions {
            let mine = sequences[question.user] ?? []
            var before: UInt32?
            var found: [String] = []
            repeat {
                let page = try index.search(
                    user: question.user, query: question.query, limit: InvertedIndex.maximumPage, before: before)
                found += page.numbers.map { String(mine[Int($0) - 1]) }
                before = page.next
            } while before != nil
            let count = try index.count(user: question.user, query: question.query)
            guard count == found.count else {
                throw Failure(text: "\(question.text) counts \(count) mails and finds \(found.count)")
            }
            lines += found.joined(separator: " ") + "\n"
        }
        let file = try LocalFileSystem().open(path, .create)
        defer { file.close() }
        try Array(lines.utf8).withUnsafeBytes { try file.write($0, at: 0) }
    }

    private func ask(_ index: InvertedIndex) throws {
        var classes: [(name: String, questions: [Workload.Question])] = []
        for question in workload.questions {
            if classes.last?.name != question.name { classes.append((question.name, [])) }
            classes[classes.count - 1].questions.append(question)
        }
        for (name, questions) in classes {
            // The first times, which are slower for everybody, do not count.
            for times in [rounds / 4, rounds] {
                var latencies = Latencies()
                let end = ContinuousClock.now + .seconds(patience)
                for round in 0..<times where round < questions.count || ContinuousClock.now < end {
                    let question = questions[round % questions.count]
                    let start = ContinuousClock.now
                    _ = try index.search(user: question.user, query: question.query, limit: Self.hitLimit)
                    latencies.add(ContinuousClock.now - start)
                }
                guard times == rounds else { continue }
                say("\(name) p50", latencies.at(0.5))
                say("\(name) p99", latencies.at(0.99))
            }
        }
    }

    /// A word that only this mail has, of letters alone.
    private static func word(of sequence: UInt64) -> String {
        var rest = sequence
        var word = "zq"
        while rest > 0 {
            word.unicodeScalars.append(Unicode.Scalar(UInt8(ascii: "a") + UInt8(rest % 26)))
            rest /= 26
        }
        return word + "zq"
    }

    private func say(_ name: String, _ value: Double) {
        IndexBenchmark.say("\(name)\t\(value)")
    }

    /// What makes the figures worthless.
    struct Failure: Error, CustomStringConvertible {
        let text: String
        var description: String { text }
    }
}

/// What the kernel knows of this process.
enum Process {
    /// Processor time of all threads.
    static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Octets handed to `write` and its relatives.
    static var writtenOctets: Int { field("wchar:", of: "/proc/self/io") }

    /// Memory in use that is not a file's.
    static var anonymousOctets: Int { field("RssAnon:", of: "/proc/self/status") * 1_024 }

    private static func field(_ name: String, of path: String) -> Int {
        guard let file = fopen(path, "r") else { return 0 }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        while fgets(&buffer, 256, file) != nil {
            let words = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                .split { $0 == " " || $0 == "\t" || $0 == "\n" }
            if words.first == name[...], words.count > 1 { return Int(words[1]) ?? 0 }
        }
        return 0
    }
}
