import StageKit

extension MessageID {
    /// The 16 octets by which the database knows a message; they sort as the numbers do.
    var octets: [UInt8] {
        [high, low].flatMap { word in withUnsafeBytes(of: word.bigEndian, Array.init) }
    }

    /// The number of 16 octets.
    init(octets: [UInt8]) {
        func word(_ range: Range<Int>) -> UInt64 {
            octets.count == 16 ? octets[range].reduce(0) { $0 << 8 | UInt64($1) } : 0
        }
        self.init(high: word(0..<8), low: word(8..<16))
    }
}
