import Synchronization

/// The newest mails, in memory, searchable from the moment that ``add(_:)`` returns.
///
/// One writer, any number of readers without locks. Mails have ordinals from 1 up; a term's list runs from its newest
/// mail back to its oldest through slices of an arena. A mail is visible once ``published`` reaches its ordinal.
///
/// Proof of `@unchecked`: only the thread that holds the index's writer lock calls the writing methods. Readers reach memory
/// through term states and `published`, which are stored with release after what they lead to was written, and loaded with acquire; what a
/// published ordinal leads to is not written again, but for the bits of a mail, which are atomic.
final class LevelZero: @unchecked Sendable {
    let arena: Arena
    let table: Arena
    let columns: Arena
    private let numbers: Arena
    let hash: Hash
    let slotMask: Int
    let maximumMails: Int
    private let numberMask: Int
    /// The highest ordinal that readers may see.
    let published = Atomic<UInt32>(0)
    /// How much of it the flush has written, of ``LevelZeroLayout/whole``.
    let flushProgress = Atomic<Int>(0)
    /// How many of its mails are dead.
    let deadMails = Atomic<Int>(0)

    // The writer's alone.
    var used = LevelZeroLayout.firstOffset
    var terms = 0
    /// Where the chain of all words begins; 0 if there are none.
    var newestTerm = 0
    var mails: UInt32 = 0
    var highestSequence: UInt64 = 0
    var words = MailWords()
    /// Of the mail whose words are there.
    var fields = FieldStarts()
    var positions = ByteBuilder()

    init(size: Int, hash: Hash) {
        self.hash = hash
        maximumMails = size / LevelZeroLayout.octetsPerMail
        let slots = Self.powerOfTwo(atLeast: size / LevelZeroLayout.octetsPerSlot)
        slotMask = slots - 1
        let numberSlots = Self.powerOfTwo(atLeast: maximumMails * 2)
        numberMask = numberSlots - 1
        arena = Arena(size: size)
        table = Arena(size: slots * 8)
        columns = Arena(size: (maximumMails + 1) * LevelZeroLayout.columnStride)
        numbers = Arena(size: numberSlots * 4)
    }

    /// How much of a body is indexed: at worst, a mail must still fit into an empty level 0.
    var bodyLimit: Int {
        let room = (arena.size - LevelZeroLayout.reserve) / LevelZeroLayout.worstOctetsPerOctet
        return min(MailLimits.body, room - MailLimits.beside)
    }

    /// Whether a mail with so many octets of text may not fit any more.
    func isFull(for text: Int) -> Bool {
        let need = text * LevelZeroLayout.worstOctetsPerOctet + LevelZeroLayout.reserve
        return used + need > arena.size || Int(mails) + 1 > maximumMails || terms > slotMask / 4 * 3 - text * 2
    }

    /// How full it is, of ``LevelZeroLayout/whole``.
    var fill: Int {
        let whole = LevelZeroLayout.whole
        return max(used * whole / arena.size, Int(mails) * whole / maximumMails, terms * whole / (slotMask / 4 * 3))
    }

    // MARK: Columns

    @inline(__always)
    func column(_ ordinal: UInt32) -> UnsafeMutableRawPointer {
        columns.base + Int(ordinal) * LevelZeroLayout.columnStride
    }

    @inline(__always)
    func number(_ ordinal: UInt32) -> UInt32 { column(ordinal).u32(LevelZeroLayout.number) }

    /// Where the fields of a mail begin.
    func fields(_ ordinal: UInt32) -> FieldStarts {
        let entry = column(ordinal) + LevelZeroLayout.fields
        return FieldStarts(from: entry.u32(0), filename: entry.u32(4), body: entry.u32(8), to: entry.u32(12))
    }

    @inline(__always)
    func isDead(_ ordinal: UInt32) -> Bool {
        column(ordinal).atomic32(LevelZeroLayout.bits).pointee.load(ordering: .relaxed) & LevelZeroLayout.deadBit != 0
    }

    /// Marks a mail as removed, for the writer; tells whether it was alive.
    func kill(_ ordinal: UInt32) -> Bool {
        let old = column(ordinal).atomic32(LevelZeroLayout.bits).pointee
            .bitwiseOr(LevelZeroLayout.deadBit, ordering: .relaxed).oldValue
        guard old & LevelZeroLayout.deadBit == 0 else { return false }
        deadMails.add(1, ordering: .relaxed)
        return true
    }

    /// The ordinal of a living mail, for the writer.
    func ordinal(user: UInt32, number: UInt32) -> UInt32? {
        var slot = Self.scatter(user, number) & numberMask
        while true {
            let ordinal = numbers.base.u32(slot * 4)
            if ordinal == 0 { return nil }
            let entry = column(ordinal)
            if entry.u32(LevelZeroLayout.number) == number, entry.u32(LevelZeroLayout.user) == user,
                !isDead(ordinal)
            {
                return ordinal
            }
            slot = (slot + 1) & numberMask
        }
    }

    /// Remembers where a number is, for the writer.
    func remember(user: UInt32, number: UInt32, ordinal: UInt32) {
        var slot = Self.scatter(user, number) & numberMask
        while numbers.base.u32(slot * 4) != 0 { slot = (slot + 1) & numberMask }
        numbers.base.store(ordinal, at: slot * 4)
    }

    private static func scatter(_ user: UInt32, _ number: UInt32) -> Int {
        let product = (UInt64(user) << 32 | UInt64(number)).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: (product.high ^ product.low) >> 1)
    }

    private static func powerOfTwo(atLeast count: Int) -> Int {
        var power = 1024
        while power < count { power *= 2 }
        return power
    }
}

/// Where things stand in the memory of level 0.
enum LevelZeroLayout {
    /// Offset 0 means "nothing", so the arena begins behind it.
    static let firstOffset = 8
    /// A mail takes about a kilobyte of arena; a quarter of that leaves room for tiny ones.
    static let octetsPerMail = 256
    /// A term with its first slice takes about 56 octets of arena, so half of the slots stay free.
    static let octetsPerSlot = 32
    /// The most arena that one octet of text can take: a word of one octet with its term, list and directory entry.
    static let worstOctetsPerOctet = 100
    /// Room for the lists that only grow.
    static let reserve = 64 << 10

    /// What progress is a part of.
    static let whole = 1024

    // One mail in the columns.
    static let number = 0
    static let user = 4
    static let date = 8
    static let thread = 16
    static let size = 24
    static let bits = 28
    /// Where fields begin, in 32 bits each: senders, attachment names, body, recipients.
    static let fields = 32
    static let columnStride = 48
    static let attachmentBit: UInt32 = 1
    static let deadBit: UInt32 = 2

    // One term in the arena.
    /// 64 bits: the end of the newest record in the upper half, its ordinal (or the count of entries) in the lower.
    static let state = 0
    static let frequency = 8
    /// On the list of all mails of a user: whether they came out of order.
    static let disorder = 12
    /// Of a word: the word that was new before it, for the flush.
    static let termBefore = 12
    static let sliceEnd = 16
    static let termUser = 20
    static let length = 24
    static let field = 25
    static let sliceClass = 26
    static let token = 28

    /// Room behind each token for its first record: its link (4), a position or two, their length and the distance.
    static let firstRecord = 10
    /// How many octets name a list of the directory at most.
    static let directoryDepth = 2
    /// How many words a list takes before longer ones do; twice as many for each octet that names it.
    static let directoryLimit = 32

    /// The largest slice is 16 << 9 = 8,192 octets.
    static let largestSliceClass: UInt8 = 9
}
