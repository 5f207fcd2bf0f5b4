import Addressing
import Testing

@Suite struct MutationTests {
    /// Everything that can be read can be written and read again; nothing traps.
    @Test func `mutated paths are read alike after writing, or refused`() {
        var random = SplitMix(state: 42)
        let seeds = [
            #"<"a\" b"@example.org>"#, "<@a.example,@b.example:c.d@[IPv6:2001:db8::1]>", "<x@[192.0.2.1]>",
            "<ü@ö.example>",
        ].map { Array($0.utf8) }
        var read = 0
        for _ in 0..<20_000 {
            var octets = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            for _ in 0..<Int.random(in: 0...3, using: &random) { mutate(&octets, using: &random) }
            var scanner = AddressScanner(octets[...], localPartLength: .tolerated)
            guard let path = Result(catching: { () throws(AddressError) in try scanner.reversePath() }).success else {
                continue
            }
            read += 1
            #expect(Result { try ReversePath(parsing: path.description) }.success == path)
        }
        #expect(read > 1_000)
    }

    private func mutate(_ octets: inout [UInt8], using random: inout SplitMix) {
        guard let place = octets.indices.randomElement(using: &random) else { return }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: octets.remove(at: place)
        case 1: octets.insert(octets[place], at: place)
        case 2: octets[place] = UInt8.random(in: .min ... .max, using: &random)
        default: octets.swapAt(place, octets.count - 1)
        }
    }
}

extension Result {
    fileprivate var success: Success? {
        guard case .success(let value) = self else { return nil }
        return value
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
