import Glibc
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
            && memcmp(base + term + LevelZeroLayout.token, bytes, count) == 0
    }

    private func insert(
        _ wanted: UInt64, _ slot: Int, _ user: UInt32, _ field: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int
    ) -> Int {
        let term = allocate(LevelZeroLayout.token + count)
        let base = arena.base
        base.store(user, at: term + LevelZeroLayout.termUser)
        base.storeBytes(of: UInt8(count), toByteOffset: term + LevelZeroLayout.length, as: UInt8.self)
        base.storeBytes(of: field, toByteOffset: term + LevelZeroLayout.field, as: UInt8.self)
        (base + term + LevelZeroLayout.token).copyMemory(from: bytes, byteCount: count)
        table.base.atomic64(slot * 8).pointee.store((wanted & ~0xFFFF_FFFF) | UInt64(term), ordering: .releasing)
        terms += 1
        if field != Field.everything, field & Field.directoryBit == 0 {
            listInDirectory(term, user, field, bytes, count)
        }
        return term
    }

    // MARK: The directory by first octets

    /// Lists a new term under its first two octets, so that a prefix finds it.
    ///
    /// An entry is the term (32 bits) and the four octets behind the first two; a slice begins with an entry whose term is 0.
    private func listInDirectory(
        _ term: Int, _ user: UInt32, _ field: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int
    ) {
        let list = findOrInsert(user: user, field: field | Field.directoryBit, bytes, min(count, 2))
        let old = state(list).pointee.load(ordering: .relaxed)
        var tail = Int(old >> 32)
        if tail == 0 || tail + 8 > Int(arena.base.u32(list + LevelZeroLayout.sliceEnd)) {
            tail = startDirectorySlice(list, behind: tail)
        }
        arena.base.store(UInt32(term), at: tail)
        arena.base.store(Self.following(bytes, count), at: tail + 4)
        state(list).pointee.store(UInt64(tail + 8) << 32 | (old & 0xFFFF_FFFF) + 1, ordering: .releasing)
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

    /// The four octets behind the first two, the first of them in the highest bits; zeros where there are none.
    private static func following(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in 2..<6 { value = value << 8 | (index < count ? UInt32(bytes[index]) : 0) }
        return value
    }

    /// Calls `body` with every term of a field that begins with a prefix of at least one octet, for readers too.
    func forEachTerm(user: UInt32, field: Field, prefix: [UInt8], _ body: (Int) -> Void) {
        guard let first = prefix.first else { return }
        let listField = field.rawValue | Field.directoryBit
        guard prefix.count == 1 else {
            return walk(user, listField, [first, prefix[1]], prefix, body)
        }
        walk(user, listField, [first], prefix, body)
        for second in UInt8.min...UInt8.max { walk(user, listField, [first, second], prefix, body) }
    }

    private func walk(_ user: UInt32, _ field: UInt8, _ key: [UInt8], _ prefix: [UInt8], _ body: (Int) -> Void) {
        guard let list = find(user: user, field: field, key, key.count) else { return }
        let known = max(0, min(prefix.count - 2, 4))
        let mask: UInt32 = known == 0 ? 0 : ~UInt32(0) << UInt32(32 - known * 8)
        let wanted = prefix.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { Self.following($0, buffer.count) } ?? 0
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
            if token.count >= prefix.count, prefix.count <= 6 || token.starts(with: prefix) { body(term) }
        }
    }
}
