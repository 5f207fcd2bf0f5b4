import Bytes
import ClientPolicy
import Testing

struct RateLimiterTests {
    private let start = Timestamp(seconds: 1_000_000)

    @Test func `a quiet client may come in a burst of the whole number, and not of one more`() {
        let limiter = RateLimiter<String>(count: 5, per: .seconds(50))
        for _ in 0..<5 { #expect(limiter.admit("a", at: start) == nil) }
        #expect(limiter.admit("a", at: start) == .seconds(10))
        #expect(limiter.admit("b", at: start) == nil)
    }

    @Test func `what is refused does not count, so that waiting as told is enough`() {
        let limiter = RateLimiter<String>(count: 2, per: .seconds(20))
        #expect(limiter.admit("a", at: start) == nil)
        #expect(limiter.admit("a", at: start) == nil)
        for _ in 0..<100 { #expect(limiter.admit("a", at: start) == .seconds(10)) }
        #expect(limiter.admit("a", at: start + .seconds(10)) == nil)
        #expect(limiter.admit("a", at: start + .seconds(10)) == .seconds(10))
    }

    @Test func `in the long run as many pass as the period allows`() {
        let limiter = RateLimiter<Int>(count: 10, per: .seconds(60))
        let passed = (0..<3_600).count { limiter.admit(1, at: start + .seconds($0)) == nil }
        #expect((600...610).contains(passed))
    }

    @Test func `a clock that is set back shuts nobody out for longer than a period`() {
        let limiter = RateLimiter<String>(count: 1, per: .seconds(60))
        #expect(limiter.admit("a", at: start) == nil)
        #expect(limiter.admit("a", at: start + .seconds(-86_400)) == .seconds(60))
        #expect(limiter.admit("a", at: start + .seconds(-86_340)) == nil)
    }

    @Test func `the longest unused are forgotten, so that memory is bounded`() {
        let limiter = RateLimiter<Int>(count: 1, per: .seconds(3_600))
        for key in 0...RateLimiter<Int>.capacity { #expect(limiter.admit(key, at: start) == nil) }
        #expect(limiter.admit(RateLimiter<Int>.capacity, at: start) != nil)
        #expect(limiter.admit(0, at: start) == nil)
    }
}
