/// Writes neighbouring segments as one, without their dead mails.
struct SegmentMerge {
    /// A walk through the words of one input, and where its rows go.
    private final class Source {
        let walker: DictionaryWalker
        let moves: [UInt32]

        init(_ walker: DictionaryWalker, moves: [UInt32]) {
            self.walker = walker
            self.moves = moves
        }
    }

    private let inputs: [Snapshot.Run]
    /// For each input, where each row of each user has gone.
    private(set) var moves: [[UInt32: [UInt32]]]
    /// How many mails each user has in the result.
    private(set) var rowCounts: [UInt32: Int] = [:]

    /// Stands for a mail that is dead.
    static let gone = UInt32.max

    /// Merges inputs given oldest first.
    init(_ inputs: [Snapshot.Run]) {
        // Newest first: then lists that do not interleave are joined one behind the other.
        self.inputs = inputs.reversed()
        moves = inputs.map { _ in [:] }
    }

    /// The segment of an input, in the order of ``moves``.
    func input(_ index: Int) -> Snapshot.Run { inputs[index] }

    /// Writes all users that have living mails; tells how many mails there are.
    mutating func write(to writer: SegmentWriter) throws(IndexError) -> Int {
        var places = [Int](repeating: 0, count: inputs.count)
        var mails = 0
        var postings = PostingsList()
        while true {
            var sections: [(input: Int, section: SegmentSection)] = []
            var user: UInt32?
            for index in inputs.indices {
                guard let section = try inputs[index].segment.section(at: places[index]) else { continue }
                if let least = user, section.user > least { continue }
                if section.user != user { sections.removeAll() }
                user = section.user
                sections.append((index, section))
            }
            guard !sections.isEmpty else { return mails }
            for (index, _) in sections { places[index] += 1 }
            mails += try write(sections, to: writer, &postings)
        }
    }

    private mutating func write(
        _ sections: [(input: Int, section: SegmentSection)], to writer: SegmentWriter, _ postings: inout PostingsList
    ) throws(IndexError) -> Int {
        let user = sections[0].section.user
        let living = try order(sections)
        guard !living.isEmpty else { return 0 }
        rowCounts[user] = living.count
        writer.begin(user: user, mails: living.count)
        var sources: [Source] = []
        for (input, section) in sections {
            guard let walker = try section.walker(from: []), !walker.isAtEnd else { continue }
            sources.append(Source(walker, moves: moves[input][user] ?? []))
        }
        // The walkers that stand on the least word, in the order of time.
        var least: [Int] = []
        while !sources.isEmpty {
            Self.findLeast(sources, &least)
            postings.removeAll()
            for index in least { try Self.append(sources[index], to: &postings) }
            if !postings.isEmpty {
                postings.sort()
                try writer.add(key: sources[least[0]].walker.keyBytes, &postings)
            }
            var hasEnded = false
            for index in least {
                try sources[index].walker.advance()
                if sources[index].walker.isAtEnd { hasEnded = true }
            }
            if hasEnded { sources.removeAll { $0.walker.isAtEnd } }
        }
        try writer.endUser(living)
        return living.count
    }

    /// Gives the living mails new rows, newest first.
    private mutating func order(
        _ sections: [(input: Int, section: SegmentSection)]
    ) throws(IndexError) -> [SegmentWriter.Mail] {
        var living: [(mail: SegmentWriter.Mail, input: Int, row: Int)] = []
        for (input, section) in sections {
            try section.verifyColumns()
            let dead = inputs[input].dead.rows(of: section.user)
            moves[input][section.user] = [UInt32](repeating: Self.gone, count: section.rows)
            for row in 0..<section.rows where dead?.contains(row) != true {
                let mail = SegmentWriter.Mail(
                    number: section.number(row), size: section.size(row), date: section.date(row),
                    thread: section.thread(row), bits: section.bits(row), fields: section.fields(row))
                living.append((mail, input, row))
            }
        }
        if zip(living, living.dropFirst()).contains(where: { $0.mail.number < $1.mail.number }) {
            living.sort { $0.mail.number > $1.mail.number }
        }
        let user = sections[0].section.user
        for (row, entry) in living.enumerated() { moves[entry.input][user]?[entry.row] = UInt32(row) }
        return living.map(\.mail)
    }

    private static func findLeast(_ sources: [Source], _ least: inout [Int]) {
        least.removeAll(keepingCapacity: true)
        least.append(0)
        for index in 1..<max(sources.count, 1) {
            let order = sources[index].walker.compare(sources[least[0]].walker)
            if order > 0 { continue }
            if order < 0 { least.removeAll(keepingCapacity: true) }
            least.append(index)
        }
    }

    private static func append(_ source: Source, to postings: inout PostingsList) throws(IndexError) {
        try source.moves.withUnsafeBufferPointer { moves throws(IndexError) in
            try source.walker.append(to: &postings, moves)
        }
    }
}
