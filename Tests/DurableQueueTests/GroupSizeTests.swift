import Testing

@testable import DurableQueue

struct GroupSizeTests {
    struct Case: Sendable {
        var producers: Int
        var present: Int
        /// Waited for, and taken at most; `nil` is all there are.
        var gathered: Int
        var limit: Int?
    }

    @Test(arguments: [
        // Nobody is waited for where few came.
        Case(producers: 0, present: 1, gathered: 0, limit: nil),
        Case(producers: 3, present: 1, gathered: 0, limit: nil),
        // A few go together, however many of them are back already.
        Case(producers: 8, present: 1, gathered: 7, limit: nil),
        Case(producers: 8, present: 8, gathered: 7, limit: nil),
        Case(producers: 40, present: 7, gathered: 24, limit: nil),
        // Many go in two groups in turn, also if all came at once.
        Case(producers: 48, present: 24, gathered: 21, limit: 24),
        Case(producers: 0, present: 64, gathered: 0, limit: 32),
        Case(producers: 64, present: 32, gathered: 24, limit: 32),
        Case(producers: 65, present: 1, gathered: 24, limit: 33),
        Case(producers: 128, present: 256, gathered: 24, limit: 128),
    ])
    func `many producers go in two groups in turn`(_ example: Case) {
        let size = GroupSize(producers: example.producers, present: example.present)
        #expect(size.gathered == example.gathered)
        #expect(size.limit == example.limit ?? .max)
    }

    private let start = ContinuousClock.now
    private func after(_ milliseconds: Double) -> ContinuousClock.Instant { start + .seconds(milliseconds / 1_000) }

    @Test func `a group gathers while one after another comes, and no longer than six milliseconds`() {
        var gathering = Gathering(GroupSize(producers: 24, present: 1), present: 1, at: start)
        #expect(gathering.gathered == 21)
        #expect(gathering.wait(present: 1, at: start) == .milliseconds(2))
        #expect(gathering.wait(present: 2, at: after(1.5)) == .milliseconds(2))
        #expect(gathering.wait(present: 2, at: after(2.5)) == .milliseconds(1))
        #expect(gathering.wait(present: 9, at: after(3.25)) == .milliseconds(2))
        #expect(gathering.wait(present: 10, at: after(5)) == .milliseconds(1))
        #expect(gathering.wait(present: 20, at: after(6)) == nil)
    }

    @Test func `a group is written once it is large enough, or nobody comes for two milliseconds`() {
        var gathering = Gathering(GroupSize(producers: 24, present: 1), present: 1, at: start)
        #expect(gathering.wait(present: 20, at: after(1)) != nil)
        #expect(gathering.wait(present: 21, at: after(1)) == nil)
        var deserted = Gathering(GroupSize(producers: 24, present: 1), present: 1, at: start)
        #expect(deserted.wait(present: 2, at: after(1)) != nil)
        #expect(deserted.wait(present: 2, at: after(3)) == nil)
        var alone = Gathering(GroupSize(producers: 1, present: 1), present: 1, at: start)
        #expect(alone.wait(present: 1, at: start) == nil)
    }
}
