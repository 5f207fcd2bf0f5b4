import Bytes
import CBytes
import Synchronization

extension LevelZero {
    /// Adds one mail, for which ``isFull(for:)`` was false; readers see it when this returns.
    func add(_ mail: IndexedMail, text: Int) {
        let ordinal = mails + 1
        collect(mail, text: text)
        writeColumns(mail, ordinal)
        fetchAhead()
        for index in 0..<words.count {
            let word = words[index]
            let term = findOrInsert(
                hash: word.hash, user: mail.user, field: word.field, words.bytes(word), Int(word.length))
            words.encodePositions(of: word, into: &positions)
            writeRecord(term, ordinal, positions.bytes)
        }
        noteUser(mail, ordinal)
        remember(user: mail.user, number: mail.number, ordinal: ordinal)
        mails = ordinal
        highestSequence = max(highestSequence, mail.sequence)
        published.store(ordinal, ordering: .releasing)
    }

    /// Gathers the words of a mail with so many octets of text.
    func collect(_ mail: IndexedMail, text: Int) {
        words.begin(text: text)
        fields = FieldStarts()
        MailTokens.collect(mail, into: self)
    }

    /// Notes one word of the mail that is being added.
    @inline(__always)
    func note(user: UInt32, _ bytes: UnsafePointer<UInt8>, _ count: Int, position: UInt32) {
        let hash = hash(user: user, field: Field.any.rawValue, bytes, count)
        words.append(hash: hash, field: Field.any.rawValue, bytes, count, position: position)
    }

    /// Fetches the slots of all words, the terms they lead to, and the ends of their lists, so that the waits for memory overlap.
    private func fetchAhead() {
        let table = UnsafeRawPointer(table.base)
        let arena = UnsafeRawPointer(arena.base)
        let mask = slotMask
        for index in 0..<words.count {
            sluice_prefetch(table + (Int(truncatingIfNeeded: words[index].hash) & mask) * 8)
        }
        for index in 0..<words.count {
            let entry = table.u64((Int(truncatingIfNeeded: words[index].hash) & mask) * 8)
            sluice_prefetch(arena + Int(entry & 0xFFFF_FFFF))
        }
        for index in 0..<words.count {
            // Another word may stand in the slot; then what is fetched is of no use, and no harm.
            let entry = table.u64((Int(truncatingIfNeeded: words[index].hash) & mask) * 8)
            sluice_prefetch(arena + Int(arena.u64(Int(entry & 0xFFFF_FFFF) + LevelZeroLayout.state) >> 32))
        }
    }

    private func writeColumns(_ mail: IndexedMail, _ ordinal: UInt32) {
        let entry = column(ordinal)
        entry.store(mail.number, at: LevelZeroLayout.number)
        entry.store(mail.user, at: LevelZeroLayout.user)
        entry.storeBytes(of: mail.date.microseconds, toByteOffset: LevelZeroLayout.date, as: Int64.self)
        entry.storeBytes(of: mail.thread, toByteOffset: LevelZeroLayout.thread, as: UInt64.self)
        entry.store(UInt32(clamping: mail.size), at: LevelZeroLayout.size)
        entry.store(mail.hasAttachment ? LevelZeroLayout.attachmentBit : 0, at: LevelZeroLayout.bits)
        let starts = [fields.from, fields.filename, fields.body, fields.to]
        for (place, start) in starts.enumerated() { entry.store(start, at: LevelZeroLayout.fields + place * 4) }
    }

    /// Puts the mail on the list of all mails of its user, and notes whether it came out of order.
    private func noteUser(_ mail: IndexedMail, _ ordinal: UInt32) {
        var none: UInt8 = 0
        let term = findOrInsert(user: mail.user, field: Field.everything, &none, 0)
        let newest = UInt32(truncatingIfNeeded: state(term).pointee.load(ordering: .relaxed))
        if newest > 0, number(newest) > mail.number {
            arena.base.atomic32(term + LevelZeroLayout.disorder).pointee.store(1, ordering: .releasing)
        }
        writeRecord(term, ordinal, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    // MARK: Records

    /// Appends a record: positions, then, to be read backwards, their length and the distance to the record before.
    private func writeRecord(_ term: Int, _ ordinal: UInt32, _ positions: UnsafeRawBufferPointer) {
        let old = state(term).pointee.load(ordering: .relaxed)
        let distance = ordinal - UInt32(truncatingIfNeeded: old)
        let length = positions.count
        var tail = Int(old >> 32)
        let need = length + Self.varintLength(UInt64(length)) + Self.varintLength(UInt64(distance) << 1)
        let isFirst = tail == 0 || tail + need > Int(arena.base.u32(term + LevelZeroLayout.sliceEnd))
        if isFirst { tail = startSlice(term, behind: UInt32(tail), need: need) }
        if let source = positions.baseAddress { (arena.base + tail).copy(short: source, length) }
        tail = writeBackwards(UInt64(length), at: tail + length)
        tail = writeBackwards(UInt64(distance) << 1 | (isFirst ? 1 : 0), at: tail)
        let frequency = arena.base.atomic32(term + LevelZeroLayout.frequency)
        frequency.pointee.store(frequency.pointee.load(ordering: .relaxed) + 1, ordering: .relaxed)
        state(term).pointee.store(UInt64(tail) << 32 | UInt64(ordinal), ordering: .releasing)
    }

    /// Writes a number whose lowest seven bits stand last; returns the end.
    private func writeBackwards(_ value: UInt64, at offset: Int) -> Int {
        let end = offset + Self.varintLength(value)
        var place = end
        var rest = value
        while rest >= 128 {
            place -= 1
            arena.base.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 128, toByteOffset: place, as: UInt8.self)
            rest >>= 7
        }
        place -= 1
        arena.base.storeBytes(of: UInt8(truncatingIfNeeded: rest), toByteOffset: place, as: UInt8.self)
        return end
    }

    @inline(__always)
    static func varintLength(_ value: UInt64) -> Int {
        value < 128 ? 1 : (70 - value.leadingZeroBitCount) / 7
    }

    /// Begins a slice of the next size that begins with the end of the one before; returns where records go.
    private func startSlice(_ term: Int, behind tail: UInt32, need: Int) -> Int {
        if tail == 0 {
            let length = arena.base.load(fromByteOffset: term + LevelZeroLayout.length, as: UInt8.self)
            let start = term + LevelZeroLayout.token + Int(length)
            // Memory is zeroed, so the link there says that nothing stands before.
            if start + 4 + need <= Int(arena.base.u32(term + LevelZeroLayout.sliceEnd)) { return start + 4 }
        }
        let sliceClass = arena.base.load(fromByteOffset: term + LevelZeroLayout.sliceClass, as: UInt8.self)
        let next = min(sliceClass &+ 1, LevelZeroLayout.largestSliceClass)
        let size = max(16 << Int(next), (need + 4 + 7) & ~7)
        let start = allocate(size)
        arena.base.store(tail, at: start)
        arena.base.store(UInt32(start + size), at: term + LevelZeroLayout.sliceEnd)
        arena.base.storeBytes(of: next, toByteOffset: term + LevelZeroLayout.sliceClass, as: UInt8.self)
        return start + 4
    }

    // MARK: Terms

    @inline(__always)
    func state(_ term: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
        arena.base.atomic64(term + LevelZeroLayout.state)
    }
}
