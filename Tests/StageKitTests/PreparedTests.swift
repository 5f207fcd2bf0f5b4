import StageKit
import Testing

/// What a component holds between `prepare()` and `stop()`.
struct PreparedTests {
    @Test func `work before the preparation is a violation that names the stage`() throws {
        let held = Prepared<Int>()
        #expect(held.value == nil)
        let violation = #expect(throws: StageContractViolation.self) {
            try held.value(or: .unprepared("check-things"))
        }
        #expect(violation?.description == "check-things was used before it was prepared")
    }

    @Test func `what was set is there for all, until it is taken once`() throws {
        let held = Prepared<Int>()
        held.set(1)
        held.set(2)
        #expect(try held.value(or: .unprepared("check-things")) == 2)
        #expect(held.value == 2)
        #expect(held.take() == 2)
        #expect(held.take() == nil)
        #expect(throws: StageContractViolation.self) { try held.value(or: .unprepared("check-things")) }
    }
}
