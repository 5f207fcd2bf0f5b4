import MIME
import Testing

/// Vector instructions read whole lines of base64; all else, and all of it elsewhere, is read group by group.
struct Base64PathTests {
    /// Texts with what ends a vector run in every place of it.
    private static func texts(count: Int) -> [[UInt8]] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let others: [[UInt8]] = [
            [0x3D], [0x3D, 0x3D], [0x0D, 0x0A], [0x0A], [0x0D], [0x20], [0x00], [0x80], [0xFF], [0x2D],
        ]
        var generator = SeededGenerator(state: 64)
        return (0..<count).map { _ in
            var text: [UInt8] = []
            let line = Int.random(in: 1...40, using: &generator) * (Bool.random(using: &generator) ? 4 : 1)
            for place in 0..<Int.random(in: 0...400, using: &generator) {
                if place % line == line - 1 { text += [0x0D, 0x0A] }
                let isOther = Int.random(in: 0..<120, using: &generator) == 0
                let other = others.randomElement(using: &generator) ?? []
                text += isOther ? other : [alphabet.randomElement(using: &generator) ?? 0x41]
            }
            return text
        }
    }

    private static func decode(_ text: [UInt8], by path: Base64.Path) -> (octets: [UInt8], damage: Base64.Damage) {
        var damage = Base64.Damage()
        let octets = text.withUnsafeBytes { Base64.decode($0, damage: &damage, by: path) }
        return (octets, damage)
    }

    @Test func `both ways of reading base64 give the same octets and find the same damage`() {
        var differences = 0
        for text in Self.texts(count: 3_000) {
            let (vector, scalar) = (Self.decode(text, by: .vector), Self.decode(text, by: .scalar))
            if vector.octets != scalar.octets || vector.damage != scalar.damage { differences += 1 }
        }
        #expect(differences == 0)
    }

    @Test func `damage is found without decoding, too`() {
        var differences = 0
        for text in Self.texts(count: 3_000)
        where text.withUnsafeBytes({ Base64.damage(of: $0) }) != Self.decode(text, by: .scalar).damage {
            differences += 1
        }
        // Longer than is looked through at once, with damage far behind.
        let line = [UInt8](repeating: 0x51, count: 76) + [0x0D, 0x0A]
        let long = Array(repeatElement(line, count: 2_000).joined()) + [0x3D, 0x0D, 0x0A, 0x2D, 0x51]
        let found = long.withUnsafeBytes { Base64.damage(of: $0) }
        #expect(found == Self.decode(long, by: .scalar).damage && found.stray == long.count - 2)
        #expect(differences == 0)
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func `every octet counts alike within a vector run`(octet: UInt8) {
        var text = [UInt8](repeating: 0x51, count: 96)
        for place in [0, 17, 31, 32, 63] {
            text[place] = octet
            let (vector, scalar) = (Self.decode(text, by: .vector), Self.decode(text, by: .scalar))
            #expect(vector.octets == scalar.octets && vector.damage == scalar.damage)
            text[place] = 0x51
        }
    }
}
