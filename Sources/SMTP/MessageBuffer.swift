package import Bytes
import Glibc

/// Gathers the data of one message up to a limit; beyond it, everything is let go and nothing is kept any more.
///
/// A large message does not stay: ``takePiece()`` hands out what has gathered, and the limit counts on.
package struct MessageBuffer: ~Copyable {
    /// How many octets there are.
    package private(set) var count = 0
    /// How many octets of the message were handed out as pieces before these.
    package private(set) var handedOver = 0
    /// How many octets of the message there have been.
    package var total: Int { handedOver + count }
    /// How many octets came, those included that were not kept.
    package private(set) var received = 0
    /// Whether more than the limit came.
    package private(set) var isOverflowing = false
    private var isDiscarding = false
    private let limit: Int
    private var capacity = 0
    private var base: UnsafeMutableRawPointer?

    /// Most mail is smaller, so that most messages need one allocation.
    private static let firstCapacity = 8_192
    /// Once pieces are handed out, each needs one allocation: it is taken when it is full, or with the input that fills it.
    private static let pieceCapacity = 2 * SessionLimits.piece
    /// Spare memory up to this size is not worth giving back.
    private static let toleratedSpare = 16_384

    /// An empty buffer; `expected` octets are reserved at once.
    package init(limit: Int, expecting expected: Int = 0) {
        self.limit = limit
        if expected > 0 { grow(to: min(expected, limit)) }
    }

    deinit { free(base) }

    /// Appends octets.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        received += bytes.count
        guard !isDiscarding, bytes.count > 0 else { return }
        guard bytes.count <= limit - handedOver - count else { return overflow() }
        if count + bytes.count > capacity { grow(to: count + bytes.count) }
        guard let base, let source = bytes.baseAddress else { return }
        memcpy(base + count, source, bytes.count)
        count += bytes.count
    }

    /// Counts octets that are of the message and not kept.
    package mutating func skip(_ count: Int) { received += count }

    /// Hands out the octets without copying them and is empty afterwards.
    package mutating func take() -> Octets {
        guard let base, count > 0 else { return Octets([]) }
        // The lambda is the only one who knows the memory from here on.
        nonisolated(unsafe) let memory =
            capacity - count > Self.toleratedSpare ? realloc(base, count) ?? base : base
        let octets = Octets(adopting: UnsafeRawBufferPointer(start: memory, count: count)) { free(memory) }
        self.base = nil
        capacity = 0
        count = 0
        return octets
    }

    /// Hands out the octets as a piece of a message that goes on.
    package mutating func takePiece() -> Octets {
        handedOver += count
        return take()
    }

    /// Lets everything go, and keeps nothing of what comes.
    package mutating func discard() {
        isDiscarding = true
        free(base)
        base = nil
        capacity = 0
        count = 0
    }

    private mutating func grow(to needed: Int) {
        let wanted = max(
            needed, min(max(capacity * 2, handedOver > 0 ? Self.pieceCapacity : Self.firstCapacity), limit))
        guard let grown = realloc(base, wanted) else { return overflow() }
        base = grown
        capacity = wanted
    }

    private mutating func overflow() {
        isOverflowing = true
        discard()
    }
}
