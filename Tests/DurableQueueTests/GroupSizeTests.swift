import Testing

@testable import DurableQueue

struct GroupSizeTests {
    struct Case: Sendable {
        var lastGroup: Int
        var present: Int
        /// Waited for, and taken at most; `nil` is all there are.
        var gathered: Int
        var limit: Int?
    }

    @Test(arguments: [
        // Nobody is waited for where few came.
        Case(lastGroup: 0, present: 1, gathered: 0, limit: nil),
        Case(lastGroup: 7, present: 1, gathered: 0, limit: nil),
        // A few go together.
        Case(lastGroup: 8, present: 0, gathered: 7, limit: nil),
        Case(lastGroup: 40, present: 7, gathered: 24, limit: nil),
        // Many go in two groups in turn, also if all came at once.
        Case(lastGroup: 24, present: 24, gathered: 21, limit: 24),
        Case(lastGroup: 0, present: 64, gathered: 0, limit: 32),
        Case(lastGroup: 32, present: 32, gathered: 24, limit: 32),
        Case(lastGroup: 64, present: 1, gathered: 24, limit: 33),
        Case(lastGroup: 128, present: 128, gathered: 24, limit: 128),
    ])
    func `many producers go in two groups in turn`(_ example: Case) {
        let size = GroupSize(lastGroup: example.lastGroup, present: example.present)
        #expect(size.gathered == example.gathered)
        #expect(size.limit == example.limit ?? .max)
    }
}
