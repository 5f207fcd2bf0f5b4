import Bytes
import SMTP
import Testing

@Suite struct DataDecoderTests {
    /// What RFC 5321, sections 2.3.8 and 4.5.2, say, octet by octet and as plainly as possible: what is stored, whether
    /// something was bare, and where the data end.
    private func reference(_ input: [UInt8]) -> (stored: [UInt8], isBare: Bool, end: Int?) {
        var stored: [UInt8] = []
        var isBare = false
        var isLineStart = true
        var place = 0
        while place < input.count {
            let rest = input[place...]
            if isLineStart, rest.starts(with: [0x2E, 0x0D, 0x0A]) { return (stored, isBare, place + 3) }
            if isLineStart, rest.first == 0x2E {
                place += 1
                isLineStart = false
                continue
            }
            isLineStart = rest.starts(with: [0x0D, 0x0A])
            if isLineStart {
                stored += [0x0D, 0x0A]
                place += 2
            } else {
                let isNewline = input[place] == 0x0D || input[place] == 0x0A
                isBare = isBare || isNewline
                stored += isNewline ? [0x0D, 0x0A] : [input[place]]
                place += 1
            }
        }
        return (stored, isBare, nil)
    }

    /// All texts of up to seven of the octets that matter, each cut at every place.
    @Test func `all short texts are decoded as the standard says, wherever they are cut`() {
        let alphabet: [UInt8] = [0x0D, 0x0A, 0x2E, 0x78]
        for length in 0...6 {
            for number in 0..<(1 << (2 * length)) {
                let text = (0..<length).map { alphabet[number >> (2 * $0) & 3] } + [0x0D, 0x0A, 0x2E, 0x0D, 0x0A]
                for cut in 0..<text.count { check(text, cuts: [cut]) }
            }
        }
    }

    @Test func `long random texts are decoded as the standard says, in random pieces`() {
        var random = SplitMix(state: 7)
        let pieces: [[UInt8]] = [
            Array("\r\n".utf8), Array("\r\n..".utf8), Array("\n".utf8), Array("\r".utf8), Array(".".utf8),
            Array(repeating: 0x61, count: 70), Array("\r\n.\r".utf8), Array("\r\n.x".utf8), [0x00, 0xFF],
        ]
        for _ in 0..<2_000 {
            let text =
                (0..<Int.random(in: 0...40, using: &random)).flatMap { _ in
                    pieces[Int.random(in: 0..<9, using: &random)]
                }
                + Array("\r\n.\r\nNOOP\r\n".utf8)
            let cuts = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                Int.random(in: 0..<text.count, using: &random)
            }
            check(text, cuts: cuts.sorted())
        }
    }

    private func check(_ text: [UInt8], cuts: [Int]) {
        let expected = reference(text)
        var decoder = DataDecoder()
        var buffer = MessageBuffer(limit: 1_000_000)
        var end: Int?
        var start = 0
        for cut in cuts + [text.count] where end == nil {
            let (count, isComplete) = text[start..<cut].withUnsafeBytes { decoder.decode($0, into: &buffer) }
            if isComplete { end = start + count }
            start = cut
        }
        let stored = buffer.take().array
        // No `#expect` for each of a million: it is slow.
        if stored != expected.stored || end != expected.end || decoder.hasBareNewline != expected.isBare {
            Issue.record(
                "\(String(decoding: text, as: UTF8.self).debugDescription) cut at \(cuts): \(stored), end \(String(describing: end))"
            )
        }
    }

    @Test func `a buffer keeps its limit and nothing beyond`() {
        var buffer = MessageBuffer(limit: 10_000)
        let half = [UInt8](repeating: 0x61, count: 5_000)
        half.withUnsafeBytes { buffer.append($0) }
        half.withUnsafeBytes { buffer.append($0) }
        let (isOverflowing, count) = (buffer.isOverflowing, buffer.count)
        #expect(!isOverflowing && count == 10_000)
        [0x62].withUnsafeBytes { buffer.append($0) }
        let (isFull, left) = (buffer.isOverflowing, buffer.take().count)
        #expect(isFull && left == 0)
    }
}

/// A generator whose numbers are the same in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
