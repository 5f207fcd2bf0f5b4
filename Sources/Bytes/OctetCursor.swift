/// Writes octets one behind the other into memory that has room for them.
///
/// What is put together of many small pieces is written so without a look at an array's room for each of them.
@usableFromInline package struct OctetCursor {
    @usableFromInline let memory: UnsafeMutableBufferPointer<UInt8>
    @usableFromInline var filled = 0

    /// How many octets have been written.
    @inlinable package var count: Int { filled }

    @inlinable init(_ memory: UnsafeMutableBufferPointer<UInt8>) { self.memory = memory }

    /// Writes one octet.
    @inlinable package mutating func put(_ octet: UInt8) {
        precondition(filled < memory.count, "there is no room for an octet")
        memory[filled] = octet
        filled += 1
    }

    /// Writes some octets.
    @inlinable package mutating func put(_ octets: UnsafeBufferPointer<UInt8>) {
        guard let source = octets.baseAddress, let start = memory.baseAddress else { return }
        precondition(octets.count <= memory.count - filled, "there is no room for \(octets.count) octets")
        (start + filled).update(from: source, count: octets.count)
        filled += octets.count
    }

    /// Writes some octets, each changed.
    @inlinable package mutating func put(_ octets: UnsafeBufferPointer<UInt8>, _ change: (UInt8) -> UInt8) {
        guard let source = octets.baseAddress, let start = memory.baseAddress else { return }
        precondition(octets.count <= memory.count - filled, "there is no room for \(octets.count) octets")
        let target = start + filled
        // Without a look at the cursor in it the compiler makes many octets at once.
        for place in 0..<octets.count { target[place] = change(source[place]) }
        filled += octets.count
    }

    /// Writes a text.
    @inlinable package mutating func put(_ text: String) {
        let isWritten: Void? = text.utf8.withContiguousStorageIfAvailable { put($0) }
        // A text of another kind than Swift's own, which none of ours is.
        if isWritten == nil { for octet in text.utf8 { put(octet) } }
    }

    /// Writes a text, each octet changed.
    @inlinable package mutating func put(_ text: String, _ change: (UInt8) -> UInt8) {
        let isWritten: Void? = text.utf8.withContiguousStorageIfAvailable { put($0, change) }
        if isWritten == nil { for octet in text.utf8 { put(change(octet)) } }
    }

    /// Writes a text of the program.
    @inlinable package mutating func put(_ text: StaticString) {
        put(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Writes a count in LEB128, which takes at most ``countLength`` octets.
    @inlinable package mutating func put(count: Int) {
        var rest = UInt64(count)
        while rest > 0x7F {
            put(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        put(UInt8(rest))
    }

    /// The most octets of a count.
    package static let countLength = 10
}

extension [UInt8] {
    /// Appends what `write` writes, at most so many octets.
    @inlinable package mutating func append(upTo limit: Int, _ write: (inout OctetCursor) -> Void) {
        append(addingCapacity: limit) { added in
            added.withUnsafeMutableBufferPointer { memory, count in
                var cursor = OctetCursor(UnsafeMutableBufferPointer(rebasing: memory[count...]))
                write(&cursor)
                count += cursor.count
            }
        }
    }
}
