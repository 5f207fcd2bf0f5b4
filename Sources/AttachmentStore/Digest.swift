import Crypto

/// The SHA-256 of a content (FIPS 180-4): the name by which the store knows it.
package struct Digest: Sendable, Hashable {
    /// How many octets a digest has.
    package static let length = 32

    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// The digest of a content.
    package init(of content: UnsafeRawBufferPointer) {
        var hash = SHA256()
        hash.update(bufferPointer: content)
        self = hash.finalize().withUnsafeBytes { Digest(unchecked: $0) }
    }

    /// The digest of a content that comes piece by piece.
    struct Builder {
        private var hash = SHA256()

        mutating func update(_ piece: UnsafeRawBufferPointer) { hash.update(bufferPointer: piece) }

        var digest: Digest { hash.finalize().withUnsafeBytes { Digest(unchecked: $0) } }
    }

    /// The digest with these octets; `nil` unless there are 32.
    package init?(octets: UnsafeRawBufferPointer) {
        guard octets.count == Self.length else { return nil }
        self.init(unchecked: octets)
    }

    /// Reads the written form: 64 hexadecimal digits in lower case; `nil` if it is none.
    package init?(_ text: String) {
        let digits = Array(text.utf8)
        guard digits.count == 2 * Self.length else { return nil }
        var octets: [UInt8] = []
        for position in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.hexadecimal.firstIndex(of: digits[position]),
                let low = Self.hexadecimal.firstIndex(of: digits[position + 1])
            else { return nil }
            octets.append(UInt8(high << 4 | low))
        }
        self = octets.withUnsafeBytes { Digest(unchecked: $0) }
    }

    private init(unchecked octets: UnsafeRawBufferPointer) {
        func word(_ index: Int) -> UInt64 {
            UInt64(bigEndian: octets.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// The 32 octets.
    package var octets: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in withUnsafeBytes(of: word.bigEndian, Array.init) }
    }

    /// Whether two contents have the same name.
    package static func == (left: Digest, right: Digest) -> Bool { left.words == right.words }

    /// Hashes the first octets, which are as good as random.
    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    fileprivate static let hexadecimal = Array("0123456789abcdef".utf8)
}

extension Digest: CustomStringConvertible {
    /// The written form: 64 hexadecimal digits.
    package var description: String {
        let octets = octets
        return String(unsafeUninitializedCapacity: 2 * Self.length) { buffer in
            for (position, octet) in octets.enumerated() {
                buffer[2 * position] = Self.hexadecimal[Int(octet >> 4)]
                buffer[2 * position + 1] = Self.hexadecimal[Int(octet & 15)]
            }
            return 2 * Self.length
        }
    }
}
