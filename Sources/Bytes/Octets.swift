/// Immutable octets in one contiguous piece, shared by reference.
///
/// A message is read by many and changed by none, so it is passed around as `Octets` and never copied. The memory is
/// the heap's or somebody else's (a mapped file, a network buffer), who is told when the last reader is done.
public final class Octets: Sendable {
    /// How many octets there are.
    public let count: Int
    // Never written after `init`, and freed only by `deinit`, when nobody else holds a reference.
    @usableFromInline nonisolated(unsafe) let base: UnsafeRawPointer
    private let release: @Sendable () -> Void

    /// Copies a buffer.
    public init(copying buffer: UnsafeRawBufferPointer) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(buffer.count, 1), alignment: 16)
        memory.copyMemory(from: buffer)
        nonisolated(unsafe) let owned = memory
        count = buffer.count
        base = UnsafeRawPointer(owned.baseAddress.unsafelyUnwrapped)
        release = { owned.deallocate() }
    }

    /// Copies a collection of octets.
    public convenience init(_ bytes: some Collection<UInt8>) {
        let copied: Octets? = bytes.withContiguousStorageIfAvailable { Octets(copying: UnsafeRawBufferPointer($0)) }
        if let copied {
            self.init(adopting: copied.buffer, release: { _ = copied })
        } else {
            let array = Array(bytes)
            let copied = array.withUnsafeBytes { Octets(copying: $0) }
            self.init(adopting: copied.buffer, release: { _ = copied })
        }
    }

    /// Takes over memory that stays readable and unchanged until `release` is called, once, by any thread.
    public init(adopting buffer: UnsafeRawBufferPointer, release: @escaping @Sendable () -> Void) {
        count = buffer.count
        // An empty buffer may have no address; any aligned address will do for zero octets.
        base = buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
        self.release = release
    }

    deinit { release() }

    /// Whether there are no octets.
    public var isEmpty: Bool { count == 0 }

    /// The octet at an offset in `0..<count`; traps elsewhere.
    @inlinable public subscript(offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < count, "offset outside of the octets")
        return base.load(fromByteOffset: offset, as: UInt8.self)
    }

    /// Calls `body` with all octets; the pointer is good during the call only.
    @inlinable public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(buffer)
    }

    /// Calls `body` with the octets of a range, which must lie in `0..<count`.
    @inlinable public func withUnsafeBytes<Result, Failure: Error>(
        in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside of the octets")
        return try body(UnsafeRawBufferPointer(rebasing: buffer[range]))
    }

    /// A copy of a range, which must lie in `0..<count`.
    @inlinable public func array(_ range: Range<Int>) -> [UInt8] {
        withUnsafeBytes(in: range) { Array($0) }
    }

    /// A copy of everything.
    public var array: [UInt8] { array(0..<count) }

    @inlinable var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
}

extension Octets: Hashable {
    /// Whether both hold the same octets.
    public static func == (left: Octets, right: Octets) -> Bool {
        left === right || (left.count == right.count && left.buffer.elementsEqual(right.buffer))
    }

    /// Feeds the octets to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes: buffer)
    }
}
