import Bytes
import StageKit
import Testing

@testable import Engine

struct MessageNumbersTests {
    @Test func `numbers of one moment differ, however many, and tell the moment`() {
        let moment = Timestamp(microseconds: 1_700_000_000_123_456)
        let numbers = MessageNumbers()
        let ids = (0..<1_000).map { _ in numbers.next(at: moment) }
        #expect(Set(ids.map(\.low)).count == ids.count)
        #expect(ids.allSatisfy { $0.high >> 16 == 1_700_000_000_123 })
        // 1,000 draws of 65,536 values: fewer than 900 different ones do not come by chance.
        #expect(Set(ids.map { $0.high & 0xFFFF }).count > 900)
    }

    @Test func `each bit of a random number is set in about half of them`() {
        var random = StoredRandomness()
        let numbers = (0..<1_000).map { _ in random.next() }
        for bit in 0..<64 {
            let count = numbers.count { $0 >> UInt64(bit) & 1 == 1 }
            #expect((350...650).contains(count), "bit \(bit)")
        }
    }
}
