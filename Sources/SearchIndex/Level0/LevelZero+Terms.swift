import Synchronization

extension LevelZero {
    /// Where a term is, for readers too; nil if no mail has it.
    func find(user: UInt32, field: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int? {
        let wanted = hash(user: user, field: field, bytes, count)
        var slot = Int(truncatingIfNeeded: wanted) & slotMask
        while true {
            let entry = table.base.atomic64(slot * 8).pointee.load(ordering: .acquiring)
            if entry == 0 { return nil }
            let term = Int(entry & 0xFFFF_FFFF)
            if entry >> 32 == wanted >> 32, matches(term, user, field, bytes, count) { return term }
            slot = (slot + 1) & slotMask
        }
    }

    /// Where a term is, made if need be, for the writer.
    @inline(__always)
    func findOrInsert(user: UInt32, field: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let wanted = hash(user: user, field: field, bytes, count)
        return findOrInsert(hash: wanted, user: user, field: field, bytes, count)
    }

    /// Where a term with a known hash is, made if need be, for the writer.
    @inline(__always)
    func findOrInsert(
        hash wanted: UInt64, user: UInt32, field: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int
    ) -> Int {
        var slot = Int(truncatingIfNeeded: wanted) & slotMask
        while true {
            let entry = table.base.atomic64(slot * 8).pointee.load(ordering: .relaxed)
            if entry == 0 { return insert(wanted, slot, user, field, bytes, count) }
            let term = Int(entry & 0xFFFF_FFFF)
            if entry >> 32 == wanted >> 32, matches(term, user, field, bytes, count) { return term }
            slot = (slot + 1) & slotMask
        }
    }

    /// The octets of a term.
    @inline(__always)
    func token(_ term: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: arena.base + term + LevelZeroLayout.token,
            count: Int(arena.base.load(fromByteOffset: term + LevelZeroLayout.length, as: UInt8.self)))
    }

    /// How many mails have a term, dead ones included.
    func frequency(_ term: Int) -> Int {
        Int(arena.base.atomic32(term + LevelZeroLayout.frequency).pointee.load(ordering: .relaxed))
    }

    /// Takes memory of the arena, aligned to 8.
    func allocate(_ size: Int) -> Int {
        let start = used
        used += (size + 7) & ~7
        precondition(used <= arena.size, "a mail took more of level 0 than its text allows")
        return start
    }

    @inline(__always)
    private func matches(
        _ term: Int, _ user: UInt32, _ field: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int
    ) -> Bool {
        let base = arena.base
        return base.u32(term + LevelZeroLayout.termUser) == user
            && base.load(fromByteOffset: term + LevelZeroLayout.length, as: UInt8.self) == UInt8(count)
            && base.load(fromByteOffset: term + LevelZeroLayout.field, as: UInt8.self) == field
            && UnsafeRawPointer(base + term + LevelZeroLayout.token).holds(short: bytes, count)
    }

    private func insert(
        _ wanted: UInt64, _ slot: Int, _ user: UInt32, _ field: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int
    ) -> Int {
        let isDirectory = field & Field.directoryBit != 0
        let term = allocate(LevelZeroLayout.token + count + (isDirectory ? 0 : LevelZeroLayout.firstRecord))
        let base = arena.base
        base.store(user, at: term + LevelZeroLayout.termUser)
        base.storeBytes(of: UInt8(count), toByteOffset: term + LevelZeroLayout.length, as: UInt8.self)
        base.storeBytes(of: field, toByteOffset: term + LevelZeroLayout.field, as: UInt8.self)
        (base + term + LevelZeroLayout.token).copy(short: bytes, count)
        if !isDirectory {
            // What is left behind the token is the first slice: most words have one record.
            base.store(UInt32(used), at: term + LevelZeroLayout.sliceEnd)
            base.storeBytes(of: UInt8.max, toByteOffset: term + LevelZeroLayout.sliceClass, as: UInt8.self)
        }
        table.base.atomic64(slot * 8).pointee.store((wanted & ~0xFFFF_FFFF) | UInt64(term), ordering: .releasing)
        terms += 1
        if field != Field.everything, !isDirectory {
            base.store(UInt32(newestTerm), at: term + LevelZeroLayout.termBefore)
            newestTerm = term
            listInDirectory(term, user, field, bytes, count)
        }
        return term
    }

    // MARK: The directory by first octets

    /// Lists a new term where a prefix finds it: on its field's list, once that is full on its first octet's, then on that of two octets.
    ///
    /// So a user with few words has few lists. An entry is the term (32 bits) and the four octets behind those that name the list; a slice
    /// begins with an entry whose term is 0.
    private func listInDirectory(
        _ term: Int, _ user: UInt32, _ field: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int
    ) {
        var depth = 0
        var list = findOrInsert(user: user, field: field | Field.directoryBit, bytes, 0)
        while depth < min(count, LevelZeroLayout.directoryDepth), isFullList(list, depth) {
            depth += 1
            list = findOrInsert(user: user, field: field | Field.directoryBit, bytes, depth)
        }
        let old = state(list).pointee.load(ordering: .relaxed)
        var tail = Int(old >> 32)
        if tail == 0 || tail + 8 > Int(arena.base.u32(list + LevelZeroLayout.sliceEnd)) {
            tail = startDirectorySlice(list, behind: tail)
        }
        arena.base.store(UInt32(term), at: tail)
        arena.base.store(Self.following(bytes, count, depth), at: tail + 4)
        state(list).pointee.store(UInt64(tail + 8) << 32 | (old & 0xFFFF_FFFF) + 1, ordering: .releasing)
    }

    /// Whether longer lists than this one have words, too.
    private func isFullList(_ list: Int, _ depth: Int) -> Bool {
        state(list).pointee.load(ordering: .acquiring) & 0xFFFF_FFFF >= UInt64(LevelZeroLayout.directoryLimit << depth)
    }

    private func startDirectorySlice(_ list: Int, behind tail: Int) -> Int {
        let sliceClass = arena.base.load(fromByteOffset: list + LevelZeroLayout.sliceClass, as: UInt8.self)
        let next = tail == 0 ? 0 : min(sliceClass + 1, LevelZeroLayout.largestSliceClass)
        let size = 16 << Int(next)
        let start = allocate(size)
        arena.base.store(0, at: start)
        arena.base.store(UInt32(tail), at: start + 4)
        arena.base.store(UInt32(start + size), at: list + LevelZeroLayout.sliceEnd)
        arena.base.storeBytes(of: next, toByteOffset: list + LevelZeroLayout.sliceClass, as: UInt8.self)
        return start + 8
    }

    /// The four octets behind the first ones, the first of them in the highest bits; zeros where there are none.
    private static func following(_ bytes: UnsafePointer<UInt8>, _ count: Int, _ depth: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in depth..<depth + 4 { value = value << 8 | (index < count ? UInt32(bytes[index]) : 0) }
        return value
    }

    /// Calls `body` with every term that begins with a prefix of at least one octet, for readers too.
    func forEachTerm(user: UInt32, prefix: [UInt8], _ body: (Int) -> Void) {
        guard !prefix.isEmpty else { return }
        let listField = Field.any.rawValue | Field.directoryBit
        for depth in 0...min(prefix.count, LevelZeroLayout.directoryDepth) {
            guard walk(user, listField, Array(prefix.prefix(depth)), prefix, body) else { return }
        }
        guard prefix.count < LevelZeroLayout.directoryDepth else { return }
        for second in UInt8.min...UInt8.max { _ = walk(user, listField, [prefix[0], second], prefix, body) }
    }

    /// Walks through one list; tells whether it is full, so that longer ones may have words, too.
    private func walk(
        _ user: UInt32, _ field: UInt8, _ key: [UInt8], _ prefix: [UInt8], _ body: (Int) -> Void
    ) -> Bool {
        let found = key.withUnsafeBufferPointer { buffer -> Int? in
            var none: UInt8 = 0
            guard let base = buffer.baseAddress else { return find(user: user, field: field, &none, 0) }
            return find(user: user, field: field, base, buffer.count)
        }
        guard let list = found else { return false }
        let known = max(0, min(prefix.count - key.count, 4))
        let mask: UInt32 = known == 0 ? 0 : ~UInt32(0) << UInt32(32 - known * 8)
        let wanted = prefix.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { Self.following($0, buffer.count, key.count) } ?? 0
        }
        var tail = Int(state(list).pointee.load(ordering: .acquiring) >> 32)
        while tail > 0 {
            let term = Int(arena.base.u32(tail - 8))
            let octets = arena.base.u32(tail - 4)
            if term == 0 {
                tail = Int(octets)
                continue
            }
            tail -= 8
            guard octets & mask == wanted & mask else { continue }
            let token = token(term)
            if token.count >= prefix.count, prefix.count <= key.count + 4 || token.starts(with: prefix) { body(term) }
        }
        return isFullList(list, key.count)
    }
}
