/// The fields of a header by their names, each of which is taken once, from the bottom up.
///
/// Strangers choose how many fields there are and how often a signature names one, so both are met in a table whose
/// hashes they cannot foresee; no text is made of a name.
struct FieldTable {
    private let fields: [HeaderFields.Field]
    private let bytes: UnsafeRawBufferPointer
    private let seed = Self.seed
    /// The lowest field that is left, by the hash of its name.
    private var lowest: [Int32]
    /// The field above each with such a hash.
    private var above: [Int32]

    private static let nothing: Int32 = -1

    /// Takes in fields of some octets, which must outlive it; there are at most ``HeaderFields/maximumFields``.
    init(_ fields: [HeaderFields.Field], _ bytes: UnsafeRawBufferPointer) {
        self.fields = fields
        self.bytes = bytes
        let buckets = 1 << (Int.bitWidth - (fields.count | 1).leadingZeroBitCount)
        lowest = Array(repeating: Self.nothing, count: buckets)
        above = Array(repeating: Self.nothing, count: fields.count)
        for (place, field) in fields.enumerated() {
            let bucket = Self.hash(.init(rebasing: bytes[field.name]), seed) & (buckets - 1)
            above[place] = lowest[bucket]
            lowest[bucket] = Int32(place)
        }
    }

    /// Takes the lowest field of a name in lower case that is left; gives its place.
    mutating func take(_ name: UnsafeRawBufferPointer) -> Int? {
        let bucket = Self.hash(name, seed) & (lowest.count - 1)
        var below = Self.nothing
        var place = lowest[bucket]
        while place != Self.nothing {
            if HeaderFields.isName(name, .init(rebasing: bytes[fields[Int(place)].name])) {
                if below == Self.nothing {
                    lowest[bucket] = above[Int(place)]
                } else {
                    above[Int(below)] = above[Int(place)]
                }
                return Int(place)
            }
            (below, place) = (place, above[Int(place)])
        }
        return nil
    }

    /// What the hashes of this process begin with.
    private static let seed = UInt64(truncatingIfNeeded: Hasher().finalize())

    /// A hash in which the letter case is of no matter, eight octets at a time.
    private static func hash(_ name: UnsafeRawBufferPointer, _ seed: UInt64) -> Int {
        var hash = seed
        func take(_ word: UInt64) {
            let product = (hash ^ word).multipliedFullWidth(by: seed | 1)
            hash = product.high ^ product.low
        }
        let wholeWords = name.count & ~7
        for place in stride(from: 0, to: wholeWords, by: 8) {
            take(name.loadUnaligned(fromByteOffset: place, as: UInt64.self) | 0x2020_2020_2020_2020)
        }
        // The number of octets tells names apart of which one goes on with zeros.
        var rest = UInt64(name.count)
        for octet in name[wholeWords...] { rest = rest << 8 | UInt64(octet | 0x20) }
        take(rest)
        return Int(truncatingIfNeeded: hash)
    }
}
