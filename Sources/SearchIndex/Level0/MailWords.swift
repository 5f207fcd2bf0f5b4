/// The words of the one mail that is being added, each once, with all their positions.
///
/// Gathered in a table small enough for the processor's cache, so that the large table of level 0 is asked once for each word of a mail,
/// and for all of them in a row.
struct MailWords: ~Copyable {
    /// A word of a field.
    struct Word: BitwiseCopyable {
        var hash: UInt64
        /// Where its octets are in ``octets``.
        var start: UInt32
        var length: UInt8
        var field: UInt8
        /// The index of its newest occurrence; occurrences of a word are a ring from there to the oldest.
        var newest: UInt32
    }

    /// Where a word stands.
    private struct Occurrence: BitwiseCopyable {
        var position: UInt32
        var next: UInt32
    }

    /// More slots than the words that a mail of the largest size can have.
    private static let slots = 1 << 17
    /// A mail of usual size stays within the first slots, which stay in the cache.
    private static let usualSlots = 1 << 12

    private let table = UnsafeMutablePointer<UInt64>.allocate(capacity: slots)
    private var mask = usualSlots - 1
    private var epoch: UInt64 = 0
    private var words = RowBuilder<Word>()
    private var occurrences = RowBuilder<Occurrence>()
    private var octets = ByteBuilder(capacity: 1 << 14)

    init() {
        table.initialize(repeating: 0, count: Self.slots)
    }

    deinit { table.deallocate() }

    /// Begins a mail with so many octets of text.
    mutating func begin(text: Int) {
        words.removeAll()
        occurrences.removeAll()
        octets.removeAll()
        mask = Self.usualSlots - 1
        // A word takes at least one octet of text.
        while mask < text, mask + 1 < Self.slots { mask = mask << 1 | 1 }
        epoch += 1
    }

    /// How many words there are.
    var count: Int { words.count }

    subscript(_ index: Int) -> Word {
        @inline(__always) get { words[index] }
    }

    /// Takes a word at a position in.
    @inline(__always)
    mutating func append(hash: UInt64, field: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int, position: UInt32) {
        let occurrence = UInt32(occurrences.count)
        var slot = Int(truncatingIfNeeded: hash >> 20) & mask
        while true {
            let entry = table[slot]
            if entry >> 32 != epoch & 0xFFFF_FFFF { break }
            let index = Int(entry & 0xFFFF_FFFF)
            if words[index].hash == hash, isSame(words[index], field, bytes, count) {
                let newest = Int(words[index].newest)
                occurrences.append(Occurrence(position: position, next: occurrences[newest].next))
                occurrences.base[newest].next = occurrence
                words.base[index].newest = occurrence
                return
            }
            slot = (slot + 1) & mask
        }
        table[slot] = epoch << 32 | UInt64(words.count)
        words.append(
            Word(hash: hash, start: UInt32(octets.count), length: UInt8(count), field: field, newest: occurrence))
        octets.append(short: bytes, count)
        occurrences.append(Occurrence(position: position, next: occurrence))
    }

    /// The octets of a word, until the next is taken in.
    @inline(__always)
    func bytes(_ word: Word) -> UnsafePointer<UInt8> {
        UnsafePointer((octets.base + Int(word.start)).assumingMemoryBound(to: UInt8.self))
    }

    /// Writes the positions of a word, rising, as distances.
    @inline(__always)
    func encodePositions(of word: Word, into output: inout ByteBuilder) {
        output.removeAll()
        var index = occurrences[Int(word.newest)].next
        var last: UInt32 = 0
        while true {
            let entry = occurrences[Int(index)]
            output.append(varint: Int(entry.position - last))
            last = entry.position
            if index == word.newest { return }
            index = entry.next
        }
    }

    @inline(__always)
    private func isSame(_ word: Word, _ field: UInt8, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        word.field == field && Int(word.length) == count
            && UnsafeRawPointer(octets.base + Int(word.start)).holds(short: bytes, count)
    }
}
