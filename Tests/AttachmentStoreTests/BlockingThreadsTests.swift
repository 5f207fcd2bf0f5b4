import Files
import Foundation
import Glibc
import Synchronization
import Testing

@Suite struct BlockingThreadsTests {
    @Test func `one thread does the work in the order it was given`() async throws {
        let threads = BlockingThreads(count: 1)
        let order = Mutex<[Int]>([])
        for number in 0..<1_000 { threads.enqueue { order.withLock { $0.append(number) } } }
        try await threads.run {}
        #expect(order.withLock { $0 } == Array(0..<1_000))
    }

    @Test func `work that blocks on one thread leaves the other free`() async throws {
        let threads = BlockingThreads(count: 2)
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (input, output) = (ends[0], ends[1])
        threads.enqueue {
            var octet: UInt8 = 0
            _ = read(input, &octet, 1)
        }
        #expect(try await threads.run { 7 } == 7)
        close(output)
        close(input)
    }

    @Test func `an error comes back to the caller`() async {
        struct Refusal: Error, Equatable {}
        await #expect(throws: Refusal()) { try await BlockingThreads(count: 1).run { throw Refusal() } }
    }

    @Test func `work that was given before the last reference went is done`() async {
        let done = Mutex(0)
        await withCheckedContinuation { continuation in
            let threads = BlockingThreads(count: 3)
            for _ in 0..<100 {
                threads.enqueue {
                    if done.withLock({
                        $0 += 1; return $0
                    }) == 100 {
                        continuation.resume()
                    }
                }
            }
        }
        #expect(done.withLock { $0 } == 100)
    }

    @Test func `a thread is listed under its name and has its nice value`() async throws {
        let seen = try await withCheckedThrowingContinuation { continuation in
            do {
                try DedicatedThread.start("sluice-test", niceness: 7) {
                    let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
                    continuation.resume(returning: (name, getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)))
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
        #expect(seen.0 == "sluice-test\n")
        #expect(seen.1 == 7)
    }

    @Test func `threads for blocking calls are listed under the name of their pool`() async throws {
        let name = try await BlockingThreads(count: 2, name: "sluice-pool").run {
            try String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
        }
        #expect(name == "sluice-pool\n")
    }
}
