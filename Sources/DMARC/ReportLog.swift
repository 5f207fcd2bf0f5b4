import Bytes
package import Files
import Synchronization

/// Keeps the rows of aggregate reports: files of lines, one for each day in UTC, only ever appended to.
///
/// The file of day 20,000 since 1970-01-01 is `20000.jsonl`. A row is durable when ``flush()`` has written it, which is
/// to be called every second or so: a crash loses what reports can do without, and no message ever waits for it.
///
/// Lines stand in the order in which rows were noted as long as one thread notes them. Where several do, later rows may
/// overtake a group of ``batch`` rows that one of them is just making lines of: whoever reads a file looks at `time`.
package final class ReportLog: Sendable {
    /// The most rows that wait to be written, a few seconds of a flood; more are dropped and counted.
    package static let maximumPending = 20_000
    /// The most octets of one day's file: about a million rows.
    package static let maximumFile = 512_000_000
    /// For how many days rows are kept: reports go out daily, and a month shows a trend.
    package static let days: Int64 = 31
    private static let suffix = ".jsonl"

    /// So many rows become lines together: what puts a line together then stays in the processor's cache, as do the rows.
    private static let batch = 64

    /// Rows of one day as they are written.
    private struct Lines {
        let day: Int64
        var octets: [UInt8] = []
        var count = 0
    }

    private struct State {
        var rows: [ReportRow] = []
        /// Those that came before.
        var lines: [Lines] = []
        /// How many wait in all.
        var pending = 0
        var dropped = 0

        /// Takes the rows that are to become lines.
        mutating func takeRows() -> [ReportRow] {
            defer { rows = [] }
            return rows
        }

        /// Takes all, which does not wait any more.
        mutating func takeAll() -> (lines: [Lines], rows: [ReportRow]) {
            defer { lines = [] }
            pending -= lines.reduce(rows.count) { $0 + $1.count }
            return (lines, takeRows())
        }
    }

    private let directory: String
    private let files: any FileSystem
    private let threads: BlockingThreads
    private let state = Mutex(State())

    /// A log in a directory, which is made with the first row.
    package init(
        directory: String, files: any FileSystem = LocalFileSystem(),
        threads: BlockingThreads = BlockingThreads(count: 1, name: "sluice-reports")
    ) {
        self.directory = directory
        self.files = files
        self.threads = threads
    }

    /// How many rows were dropped because there were too many.
    package var dropped: Int { state.withLock { $0.dropped } }

    /// Takes a row to be written with the next ``flush()``; never waits.
    package func note(_ row: ReportRow) {
        let batch: [ReportRow] = state.withLock { state in
            guard state.pending < Self.maximumPending else {
                state.dropped += 1
                return []
            }
            state.pending += 1
            state.rows.append(row)
            return state.rows.count < Self.batch ? [] : state.takeRows()
        }
        guard !batch.isEmpty else { return }
        let lines = Self.lines(of: batch)
        state.withLock { $0.lines += lines }
    }

    /// The lines of some rows, in their order: one piece unless a day ends among them.
    private static func lines(of rows: [ReportRow]) -> [Lines] {
        var lines: [Lines] = []
        for row in rows {
            let day = row.time.seconds / 86_400
            if lines.last?.day != day { lines.append(Lines(day: day)) }
            row.append(to: &lines[lines.count - 1].octets)
            lines[lines.count - 1].count += 1
        }
        return lines
    }

    /// Writes what has come, and makes it durable; rows that are just becoming lines come with the next call.
    ///
    /// - Throws: An error of the disk; the rows of that call may be lost.
    package func flush() async throws {
        let (lines, rows) = state.withLock { $0.takeAll() }
        guard !lines.isEmpty || !rows.isEmpty else { return }
        try await threads.run { [self] in try write(lines + Self.lines(of: rows)) }
    }

    private func write(_ lines: [Lines]) throws(FileError) {
        try files.createDirectory(directory)
        for (day, lines) in Dictionary(grouping: lines, by: \.day) { try write(lines, of: day) }
    }

    private func write(_ lines: [Lines], of day: Int64) throws(FileError) {
        let path = "\(directory)/\(day)\(Self.suffix)"
        let isNew = try !files.exists(path)
        if try !append(lines, to: path) { state.withLock { $0.dropped += lines.reduce(0) { $0 + $1.count } } }
        guard isNew else { return }
        try removeOld(before: day - Self.days)
        try files.synchronizeDirectory(directory)
    }

    /// Appends after the last whole line; false where the file is full.
    private func append(_ lines: [Lines], to path: String) throws(FileError) -> Bool {
        let file = try files.open(path, .updateOrCreate)
        defer { file.close() }
        var end = try wholeLines(of: file)
        guard lines.reduce(end, { $0 + $1.octets.count }) <= Self.maximumFile else { return false }
        for piece in lines {
            try write(piece.octets, at: end, to: file)
            end += piece.octets.count
        }
        try file.synchronize()
        return true
    }

    private func write(_ octets: [UInt8], at place: Int, to file: any File) throws(FileError) {
        var failure: FileError?
        octets.withUnsafeBytes { bytes in
            do throws(FileError) { try file.write(bytes, at: place) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Where the last whole line ends: a crash may have left a part of one, which is written over.
    private func wholeLines(of file: any File) throws(FileError) -> Int {
        var end = try file.size()
        while end > 0 {
            let start = max(end - 4_096, 0)
            let piece = try file.read(start..<end)
            if let last = piece.lastIndex(of: 0x0A) {
                let whole = start + last + 1
                if try file.size() > whole { try file.truncate(to: whole) }
                return whole
            }
            end = start
        }
        if try file.size() > 0 { try file.truncate(to: 0) }
        return 0
    }

    private func removeOld(before day: Int64) throws(FileError) {
        for name in try files.list(directory) where name.hasSuffix(Self.suffix) {
            guard let other = Int64(name.dropLast(Self.suffix.count)), other < day else { continue }
            try files.remove("\(directory)/\(name)")
        }
    }
}
