/// One step in the life of the index.
enum ManifestRecord: Equatable {
    /// A segment that joins the index.
    struct Addition: Equatable {
        var id: UInt64
        var level: Int
        /// At which place among the segments, oldest first, after the removals.
        var place: Int
    }

    /// Segments come and go together; the index holds everything up to a store sequence.
    case edit(removed: [UInt64], added: [Addition], coversThrough: UInt64)
    /// Mails of one user in one segment died.
    case dead(segment: UInt64, user: UInt32, rows: [Int])
    /// All mails of one user in all segments of that moment died.
    case gone(user: UInt32)

    private static let editKind: UInt8 = 1  // On disk; never renumber.
    private static let deadKind: UInt8 = 2
    private static let goneKind: UInt8 = 3

    /// Its octets: a kind, then LEB128 numbers.
    var encoded: [UInt8] {
        var bytes = ByteBuilder()
        switch self {
        case .edit(let removed, let added, let coversThrough):
            bytes.append(Self.editKind)
            bytes.append(coversThrough)
            bytes.append(varint: removed.count)
            for id in removed { bytes.append(varint: Int(id)) }
            bytes.append(varint: added.count)
            for addition in added {
                bytes.append(varint: Int(addition.id))
                bytes.append(varint: addition.level)
                bytes.append(varint: addition.place)
            }
        case .dead(let segment, let user, let rows):
            bytes.append(Self.deadKind)
            bytes.append(varint: Int(segment))
            bytes.append(varint: Int(user))
            bytes.append(varint: rows.count)
            var last = 0
            for row in rows {
                bytes.append(varint: row - last)
                last = row
            }
        case .gone(let user):
            bytes.append(Self.goneKind)
            bytes.append(varint: Int(user))
        }
        return Array(bytes.bytes)
    }

    /// Reads a record; nil if it is none.
    init?(_ bytes: [UInt8]) {
        var reader = RecordReader(bytes: bytes)
        switch reader.byte() {
        case Self.editKind:
            guard let covers = reader.fixed64(), let removed = reader.list({ $0.number().map(UInt64.init) }),
                let added = reader.list({ reader in
                    reader.number().flatMap { id in
                        reader.number().flatMap { level in
                            reader.number().map { Addition(id: UInt64(id), level: level, place: $0) }
                        }
                    }
                })
            else { return nil }
            self = .edit(removed: removed, added: added, coversThrough: covers)
        case Self.deadKind:
            guard let segment = reader.number(), let user = reader.number(), user <= Int(UInt32.max),
                let gaps = reader.list({ $0.number() })
            else { return nil }
            var last = 0
            let rows = gaps.map { gap in
                last &+= gap
                return last
            }
            self = .dead(segment: UInt64(segment), user: UInt32(user), rows: rows)
        case Self.goneKind:
            guard let user = reader.number(), user <= Int(UInt32.max) else { return nil }
            self = .gone(user: UInt32(user))
        default: return nil
        }
        guard reader.isAtEnd else { return nil }
    }
}

/// Reads numbers from a record without ever leaving it.
private struct RecordReader {
    let bytes: [UInt8]
    private var offset = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset == bytes.count }

    mutating func byte() -> UInt8? {
        guard offset < bytes.count else { return nil }
        offset += 1
        return bytes[offset - 1]
    }

    mutating func fixed64() -> UInt64? {
        guard offset + 8 <= bytes.count else { return nil }
        defer { offset += 8 }
        return (0..<8).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64($1 * 8) }
    }

    mutating func number() -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 63, by: 7) {
            guard let next = byte() else { return nil }
            value |= Int(next & 127) << shift
            if next < 128 { return value }
        }
        return nil
    }

    mutating func list<Element>(_ element: (inout RecordReader) -> Element?) -> [Element]? {
        guard let count = number(), count <= bytes.count else { return nil }
        var list: [Element] = []
        for _ in 0..<count {
            guard let next = element(&self) else { return nil }
            list.append(next)
        }
        return list
    }
}
