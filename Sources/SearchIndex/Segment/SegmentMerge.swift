/// Writes neighbouring segments as one, without their dead mails.
struct SegmentMerge {
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
            mails += try write(sections, to: writer)
        }
    }

    private mutating func write(
        _ sections: [(input: Int, section: SegmentSection)], to writer: SegmentWriter
    ) throws(IndexError) -> Int {
        let user = sections[0].section.user
        let living = try order(sections)
        guard !living.isEmpty else { return 0 }
        rowCounts[user] = living.count
        writer.begin(user: user)
        var walkers: [(walker: DictionaryWalker, moves: [UInt32])] = []
        for (input, section) in sections {
            guard let walker = try section.walker(from: []) else { continue }
            walkers.append((walker, moves[input][user] ?? []))
        }
        var postings = PostingsList()
        var key: [UInt8] = []
        while let least = Self.least(walkers) {
            // Copied octet by octet: a shared array would be copied anew by each walker that moves on.
            key.removeAll(keepingCapacity: true)
            for byte in walkers[least].walker.key { key.append(byte) }
            postings.removeAll()
            for index in walkers.indices where walkers[index].walker.isAt(key) {
                let list = walkers[index].walker.list
                let segment = walkers[index].walker.section.segment
                if list.frequency < SegmentLayout.mailsPerBlock {
                    try Self.appendShort(segment, list, walkers[index].moves, to: &postings)
                } else {
                    try Self.append(segment, list, walkers[index].moves, to: &postings)
                }
                try walkers[index].walker.advance()
            }
            guard !postings.isEmpty else { continue }
            postings.sort()
            try writer.add(key: key, postings)
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
                    thread: section.thread(row), bits: section.bits(row))
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

    private static func least(_ walkers: [(walker: DictionaryWalker, moves: [UInt32])]) -> Int? {
        var least: Int?
        for index in walkers.indices where !walkers[index].walker.isAtEnd {
            if let known = least, walkers[index].walker.compare(walkers[known].walker.key) >= 0 { continue }
            least = index
        }
        return least
    }

    /// Appends a list without a table of blocks: most lists are such, so they are read in place.
    private static func appendShort(
        _ segment: Segment, _ list: ListLocation, _ moves: [UInt32], to postings: inout PostingsList
    ) throws(IndexError) {
        try segment.verify(list.offset, list.length)
        let base = segment.base
        var positions = list.offset
        for _ in 0..<list.frequency where base.varint(&positions) & 1 == 0 { _ = base.varint(&positions) }
        var offset = list.offset
        var next = 0
        for _ in 0..<list.frequency {
            let value = base.varint(&offset)
            let row = next + (value >> 1)
            next = row + 1
            let frequency = value & 1 == 1 ? 1 : base.varint(&offset)
            let start = positions
            var rest = frequency
            while rest > 0 {
                if base.u8(positions) < 128 { rest -= 1 }
                positions += 1
            }
            guard moves[row] != gone else { continue }
            let bytes = UnsafeRawBufferPointer(start: base + start, count: positions - start)
            postings.append(row: moves[row], frequency: UInt32(truncatingIfNeeded: frequency), positions: bytes)
        }
    }

    private static func append(
        _ segment: Segment, _ list: ListLocation, _ moves: [UInt32], to postings: inout PostingsList
    ) throws(IndexError) {
        let cursor = try SegmentCursor(segment, list)
        while cursor.key != Cursor.end {
            let row = moves[Int(cursor.key)]
            if row != gone {
                let bytes = try cursor.positionBytes()
                postings.append(row: row, frequency: cursor.frequency, positions: bytes)
            }
            try cursor.advance(to: cursor.key + 1)
        }
    }
}
