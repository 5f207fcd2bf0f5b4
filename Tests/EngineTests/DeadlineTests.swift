import Glibc
import StageKit
import Testing

@testable import Engine

struct DeadlineTests {
    struct Trouble: Error {}

    /// Runs with the watching loop beside.
    private func watched<Result: Sendable>(_ body: @Sendable (Deadlines) async throws -> Result) async throws -> Result
    {
        let deadlines = Deadlines()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await deadlines.run() }
            defer { group.cancelAll() }
            return try await body(deadlines)
        }
    }

    @Test func `a call that returns in time has its result, and one that throws its error`() async throws {
        try await watched { deadlines in
            let seven = try await deadlines.supervise(limit: .seconds(3_600)) { 7 }
            #expect(seven == 7)
            do {
                try await deadlines.supervise(limit: .seconds(3_600)) { throw Trouble() }
                Issue.record("nothing was thrown")
            } catch {
                #expect(error is Trouble)
            }
        }
    }

    @Test func `a call that takes too long is cancelled and left behind`() async throws {
        let gate = Gate()
        let heard = Gate()
        let error = await #expect(throws: TimeLimitExceeded.self) {
            try await watched { deadlines in
                try await deadlines.supervise(limit: .milliseconds(20)) {
                    await withTaskCancellationHandler {
                        await gate.pass()
                    } onCancel: {
                        heard.open()
                    }
                }
            }
        }
        #expect(error?.limit == .milliseconds(20))
        await heard.pass()
        gate.open()
    }

    @Test func `a call that takes too long without ever waiting has no result`() async throws {
        let deadlines = Deadlines()
        let error = await #expect(throws: TimeLimitExceeded.self) {
            try await deadlines.supervise(limit: .milliseconds(1)) {
                // Blocks its thread, as no stage should: nobody can look meanwhile.
                usleep(5_000)
                return 7
            }
        }
        #expect(error?.limit == .milliseconds(1))
    }

    @Test func `a part that was late is named even if a later one would have been in time`() async throws {
        let deadlines = Deadlines()
        let error = await #expect(throws: TimeLimitExceeded.self) {
            try await deadlines.begin { watch in
                try watch.begin(0, limit: .seconds(3_600))
                try watch.end()
                try watch.begin(1, limit: .milliseconds(1))
                usleep(5_000)
                try watch.end()
                try watch.begin(2, limit: .seconds(3_600))
                try watch.end()
            }.value.get()
        }
        #expect(error?.part == 1)
    }

    @Test func `a call whose time is up before it begins is cancelled, too`() async throws {
        for _ in 0..<200 {
            await #expect(throws: (any Error).self) {
                try await watched { deadlines in
                    try await deadlines.supervise(limit: .zero) {
                        try await Task.sleep(for: .seconds(3_600))
                    }
                }
            }
        }
    }

    @Test func `each part of a call has its own time, and the one that took too long is named`() async throws {
        let error = await #expect(throws: TimeLimitExceeded.self) {
            try await watched { deadlines in
                try await deadlines.begin { watch in
                    for part in 0..<3 {
                        try watch.begin(part, limit: part == 2 ? .milliseconds(20) : .seconds(3_600))
                        if part == 2 { try await Task.sleep(for: .seconds(3_600)) }
                        try watch.end()
                    }
                }.value.get()
            }
        }
        #expect(error?.limit == .milliseconds(20) && error?.part == 2)
    }

    @Test func `a call whose time was up hears it before it uses its result`() async throws {
        let gate = Gate()
        let (results, answer) = AsyncStream<Bool>.makeStream()
        await #expect(throws: TimeLimitExceeded.self) {
            try await watched { deadlines in
                try await deadlines.begin { watch in
                    try watch.begin(0, limit: .milliseconds(20))
                    await gate.pass()
                    do {
                        try watch.end()
                        answer.yield(true)
                    } catch {
                        answer.yield(false)
                    }
                }.value.get()
            }
        }
        gate.open()
        var heard = results.makeAsyncIterator()
        #expect(await heard.next() == false)
    }

    @Test func `many calls at once each have their own result`() async throws {
        try await watched { deadlines in
            try await withThrowingTaskGroup(of: (Int, Int).self) { group in
                for number in 0..<500 {
                    group.addTask { (number, try await deadlines.supervise(limit: .seconds(3_600)) { number * 2 }) }
                }
                for try await (number, result) in group { #expect(result == number * 2) }
            }
        }
    }
}
