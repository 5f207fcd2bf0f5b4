/// What all words of a mail come to, whatever their order: a sum over its fields, words and positions.
///
/// Two mails with the same words at the same places have the same, and others hardly ever do.
package struct Fingerprint: Sendable, Equatable {
    private var sum: UInt64 = 0

    /// Takes the positions of one word in, in all of the mail and in each field.
    mutating func add(_ fields: FieldStarts, _ token: UnsafeRawBufferPointer, _ positions: [UInt32]) {
        for field in Field.allCases {
            let range = fields.range(of: field)
            let start = range.lowerBound
            let inField = positions.filter(range.contains).map { $0 - start }
            if !inField.isEmpty { add(field: field.rawValue, token, inField) }
        }
    }

    private mutating func add(field: UInt8, _ token: UnsafeRawBufferPointer, _ positions: [UInt32]) {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(field)
        for byte in token { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for position in positions {
            state = (state ^ UInt64(position)) &* 0x9E37_79B9_7F4A_7C15
            state ^= state >> 29
        }
        sum &+= state
    }
}

extension InvertedIndex {
    /// The fingerprints of all living mails of a user, by number: read from every list of the user's.
    ///
    /// - Throws: ``IndexError`` for the first page that is damaged.
    package func fingerprints(user: UInt32) throws -> [UInt32: Fingerprint] {
        var result: [UInt32: Fingerprint] = [:]
        for run in try snapshot().mailRuns(of: user) {
            try run.prepare()
            let all = try run.everything()
            while all.key != Cursor.end {
                if !run.isDead(all.key) { result[run.number(all.key)] = Fingerprint() }
                try all.advance(to: all.key + 1)
            }
            for octet in UInt8.min...UInt8.max {
                var tokens: [[UInt8]] = []
                try run.forEachWord(startingWith: octet) { token, _ in tokens.append(token) }
                for token in tokens { try Self.add(token, of: run, to: &result) }
            }
        }
        return result
    }

    private static func add(
        _ token: [UInt8], of run: any MailRun, to result: inout [UInt32: Fingerprint]
    ) throws(IndexError) {
        let cursor = try run.word(token)
        var positions: [UInt32] = []
        while cursor.key != Cursor.end {
            if !run.isDead(cursor.key) {
                positions.removeAll(keepingCapacity: true)
                try cursor.appendPositions(to: &positions)
                // A word of a mail that the user does not have would be somebody else's, or nobody's.
                token.withUnsafeBytes {
                    result[run.number(cursor.key), default: Fingerprint()].add(
                        run.fields(cursor.key), $0, positions)
                }
            }
            try cursor.advance(to: cursor.key + 1)
        }
    }

    /// Makes what tells the fingerprints that mails ought to have.
    package func makeFingerprinter() -> Fingerprinter { Fingerprinter(size: options.levelZeroSize) }
}

/// Tells the fingerprint that a mail of the store ought to have in the index.
package struct Fingerprinter {
    private let level: LevelZero

    /// Cuts mails as a level 0 of so many octets does.
    init(size: Int) {
        level = LevelZero(size: size, hash: Hash(key: 1))
    }

    /// The fingerprint of a mail.
    package func callAsFunction(_ mail: IndexedMail) -> Fingerprint {
        level.collect(mail, text: InvertedIndex.textSize(mail, in: level))
        var fingerprint = Fingerprint()
        var encoded = ByteBuilder()
        for index in 0..<level.words.count {
            let word = level.words[index]
            level.words.encodePositions(of: word, into: &encoded)
            let octets = UnsafeRawPointer(encoded.base)
            var positions: [UInt32] = []
            var offset = 0
            var position = 0
            while offset < encoded.count {
                position += octets.varint(&offset)
                positions.append(UInt32(truncatingIfNeeded: position))
            }
            let token = UnsafeRawBufferPointer(start: level.words.bytes(word), count: Int(word.length))
            fingerprint.add(level.fields, token, positions)
        }
        return fingerprint
    }
}
