/// A set of rows of one user in one segment, one bit each.
struct RowSet: Sendable, Equatable {
    private var words: [UInt64]
    private(set) var count = 0

    init(rows: Int) {
        words = [UInt64](repeating: 0, count: (rows + 63) / 64)
    }

    func contains(_ row: Int) -> Bool { words[row >> 6] >> UInt64(row & 63) & 1 == 1 }

    /// Takes a row in; tells whether it is new.
    mutating func insert(_ row: Int) -> Bool {
        guard !contains(row) else { return false }
        words[row >> 6] |= 1 << UInt64(row & 63)
        count += 1
        return true
    }

    /// Its rows, rising.
    var rows: [Int] {
        var rows: [Int] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                rows.append(index * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return rows
    }
}

/// The dead mails of one segment, by user.
struct DeadRows: Sendable, Equatable {
    private var users: [UInt32: RowSet] = [:]
    private(set) var count = 0

    func rows(of user: UInt32) -> RowSet? { users[user] }

    /// The users that have dead mails, rising.
    var userIDs: [UInt32] { users.keys.sorted() }

    /// Takes a row in; tells whether it is new.
    mutating func insert(_ row: Int, user: UInt32, rows: Int) -> Bool {
        guard users[user, default: RowSet(rows: rows)].insert(row) else { return false }
        count += 1
        return true
    }
}
