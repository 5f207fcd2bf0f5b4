/// The fields of a header by their names, each of which is taken once, from the bottom up.
///
/// Strangers choose how many fields there are and how often a signature names one, so both are met in a table whose
/// hashes they cannot foresee; no text is made of a name.
struct FieldTable {
    private let fields: [HeaderFields.Field]
    private let bytes: UnsafeRawBufferPointer
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
            let bucket = Self.hash(bytes[field.name]) & (buckets - 1)
            above[place] = lowest[bucket]
            lowest[bucket] = Int32(place)
        }
    }

    /// Takes the lowest field of a name in lower case that is left; gives its place.
    mutating func take(_ name: String) -> Int? {
        let bucket = Self.hash(name.utf8) & (lowest.count - 1)
        var below = Self.nothing
        var place = lowest[bucket]
        while place != Self.nothing {
            if HeaderFields.hasName(name, bytes[fields[Int(place)].name]) {
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
    private static func hash(_ name: some Sequence<UInt8>) -> Int {
        var hash = seed
        var (word, count) = (UInt64(0), 0)
        func take() {
            let product = (hash ^ word).multipliedFullWidth(by: seed | 1)
            hash = product.high ^ product.low
        }
        for octet in name {
            word = word << 8 | UInt64(octet | 0x20)
            count += 1
            if count % 8 == 0 { take() }
        }
        take()
        return Int(truncatingIfNeeded: hash)
    }
}
