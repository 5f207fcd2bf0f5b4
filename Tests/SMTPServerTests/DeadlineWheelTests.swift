import Testing

import SMTPServer

/// Deadlines come when they should, once, and not when they are forgotten.
@Suite struct DeadlineWheelTests {
    private final class Someone: Patient {
        let name: Int

        init(_ name: Int) { self.name = name }

        func deadlineCame() {}
    }

    private func takeAll(_ wheel: inout DeadlineWheel) -> [Int] {
        var names: [Int] = []
        while let someone = wheel.takeDue() as? Someone { names.append(someone.name) }
        return names.sorted()
    }

    // 600 ticks are a turn of the wheel: what lies beyond shares its slots.
    @Test(arguments: [1, 2, 599, 600, 601, 5_000]) func `a deadline comes with its tick and not before`(distance: Int) {
        var wheel = DeadlineWheel(at: 1_000)
        let someone = Someone(1)
        wheel.set(someone, to: 1_000 + distance)
        for tick in 1_000..<1_000 + distance {
            wheel.advance(to: tick)
            #expect(wheel.takeDue() == nil)
        }
        wheel.advance(to: 1_000 + distance)
        #expect(takeAll(&wheel) == [1])
        #expect(wheel.isEmpty && wheel.takeDue() == nil)
    }

    @Test func `a deadline that has passed comes with the next tick`() {
        var wheel = DeadlineWheel(at: 1_000)
        let someone = Someone(1)
        wheel.set(someone, to: 7)
        wheel.advance(to: 1_001)
        #expect(takeAll(&wheel) == [1])
    }

    @Test func `what was missed in a long sleep comes at once`() {
        var wheel = DeadlineWheel(at: 0)
        let all = (1...2_000).map(Someone.init)
        for someone in all { wheel.set(someone, to: someone.name) }
        wheel.advance(to: 1_500)
        #expect(takeAll(&wheel) == Array(1...1_500))
        wheel.advance(to: 2_000)
        #expect(takeAll(&wheel) == Array(1_501...2_000))
        #expect(wheel.isEmpty)
    }

    @Test func `a moved deadline comes once, at its new time`() {
        var wheel = DeadlineWheel(at: 0)
        let (sooner, later) = (Someone(1), Someone(2))
        wheel.set(sooner, to: 50)
        wheel.set(sooner, to: 10)
        wheel.set(later, to: 10)
        wheel.set(later, to: 50)
        wheel.advance(to: 10)
        #expect(takeAll(&wheel) == [1])
        wheel.advance(to: 50)
        #expect(takeAll(&wheel) == [2])
    }

    @Test func `a forgotten deadline never comes, even when it was due`() {
        var wheel = DeadlineWheel(at: 0)
        let (before, within, again) = (Someone(1), Someone(2), Someone(3))
        for someone in [before, within, again] { wheel.set(someone, to: 10) }
        wheel.remove(before)
        wheel.advance(to: 10)
        wheel.remove(within)
        wheel.set(again, to: 20)
        #expect(wheel.takeDue() == nil)
        wheel.advance(to: 20)
        #expect(takeAll(&wheel) == [3])
        #expect(wheel.isEmpty)
    }

    @Test func `a wheel keeps nobody whose deadline is over`() {
        var wheel = DeadlineWheel(at: 0)
        weak var gone: Someone?
        do {
            let someone = Someone(1)
            gone = someone
            wheel.set(someone, to: 10)
            wheel.remove(someone)
        }
        #expect(gone == nil)
    }
}
