import Bytes
import DurableQueue
import Files
import SimulatedFiles
import StageKit
import Testing

/// The disk refuses something, and the queue goes on.
struct FaultTests {
    @Test(arguments: [Fault.inputOutput, .outOfSpace])
    func `one failed operation, whichever it is, loses nothing acknowledged`(_ fault: Fault) async throws {
        var operation = 0
        var isReached = true
        while isReached {
            operation += 1
            let disk = SimulatedFileSystem(seed: UInt64(operation))
            let clock = ManualClock()
            disk.plan(fault, at: operation)
            do {
                let (queue, _) = try Fixture.open(disk, clock: clock)
                var workload = CrashWorkload(queue: queue, disk: disk, clock: clock)
                await workload.run()
                isReached = disk.operationCount >= operation
                for loss in [Loss.everything, .nothing] {
                    let context = "\(fault) at operation \(operation), loss \(loss)"
                    #expect(workload.promises.accepted.count >= 18, "\(context): went on")
                    try await Inspection(promises: workload.promises, context: context)
                        .check(disk.crash(loss, seed: 0), clock)
                }
            } catch let error as FileError {
                #expect(operation <= 4, "only the directory itself is needed to open: \(error)")
            }
        }
        #expect(operation > 100)
    }

    @Test func `a message whose synchronisation fails is refused, and the next one goes elsewhere`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        _ = try await queue.append(Fixture.message(1))
        queue.record([Fixture.delivered(1)])
        disk.planAlways(.inputOutput, for: .synchronize)
        await #expect(throws: QueueError.self) { try await queue.append(Fixture.message(2)) }
        await #expect(throws: QueueError.self) { try await queue.append(Fixture.message(3)) }
        disk.heal()
        _ = try await queue.append(Fixture.message(4))
        let (again, report) = try Fixture.open(disk.crash(.nothing, seed: 0))
        #expect(report.pending == 1)
        #expect(await again.claim(pipeline: "inbound", upTo: 9).map(\.id) == [Fixture.id(4)])
        try await again.close()
        try await queue.close()
    }

    @Test func `a full disk refuses mail, still takes outcomes, and serves again when there is space`() async throws {
        let disk = SimulatedFileSystem(capacity: 480 << 10)
        var options = Fixture.options
        options.segmentSize = ByteCount(octets: 64 << 10)
        let (queue, _) = try Fixture.open(disk, options: options)
        var accepted: [Int] = []
        while try await accepts(accepted.count + 1, queue) { accepted.append(accepted.count + 1) }
        #expect(accepted.count > 30)
        // Two outcomes fit into the reserve; the last ones free whole segments.
        let claimed = await queue.claim(pipeline: "inbound", upTo: 200)
        #expect(claimed.map { Int($0.id.low) } == accepted)
        for number in accepted.suffix(2) { try await queue.recordDurably([Fixture.delivered(number)]) }
        queue.record(accepted.map { Fixture.delivered($0) })
        // Segments are freed behind the commit that makes them dead, so that the first messages may still be refused.
        for number in 101...103 { _ = try await accepts(number, queue) }
        _ = try await queue.append(Fixture.message(104))
        try await queue.close()
        let (again, _) = try Fixture.open(disk.crash(.everything, seed: 0))
        let ledger = try #require(again.ledger()["inbound"])
        #expect(ledger.messages.delivered == accepted.count)
        #expect(ledger.isBalanced)
        try await again.close()
    }

    /// Whether the queue takes a message, or has no space for it.
    private func accepts(_ number: Int, _ queue: DurableQueue) async throws -> Bool {
        do {
            _ = try await queue.append(Fixture.message(number))
            return true
        } catch {
            guard error == .outOfSpace else { throw error }
            return false
        }
    }

    @Test func `at each limit the queue is full, and not before`() async throws {
        var options = Fixture.options
        options.messageLimit = 2
        let (queue, _) = try Fixture.open(SimulatedFileSystem(), options: options)
        for number in 1...2 { _ = try await queue.append(Fixture.message(number)) }
        await #expect(throws: QueueError.full(.messages(2))) { try await queue.append(Fixture.message(3)) }
        _ = await queue.claim(pipeline: "inbound", upTo: 1)
        queue.record([Fixture.delivered(1)])
        _ = try await queue.append(Fixture.message(3))
        try await queue.close()

        options.messageLimit = 100
        options.octetLimit = ByteCount(octets: 2_500)
        let (narrow, _) = try Fixture.open(SimulatedFileSystem(), options: options)
        for number in 1...2 { _ = try await narrow.append(Fixture.message(number)) }
        await #expect(throws: QueueError.full(.octets(2_500))) {
            try await narrow.append(Fixture.message(3, size: 1_000))
        }
        _ = try await narrow.append(Fixture.message(4, size: 500))
        try await narrow.close()
        await #expect(throws: QueueError.closed) { try await narrow.append(Fixture.message(5)) }
    }

    @Test func `a read-only disk opens, hands out what it holds, and takes nothing`() async throws {
        let disk = SimulatedFileSystem()
        let (queue, _) = try Fixture.open(disk)
        _ = try await queue.append(Fixture.message(1))
        try await queue.close()
        let frozen = disk.crash(.everything, seed: 0)
        for kind in [OperationKind.create, .write, .allocate, .rename, .remove] {
            frozen.planAlways(.readOnly, for: kind)
        }
        let (again, report) = try Fixture.open(frozen)
        #expect(report.findings.map(\.kind) == [.refused])
        #expect(await again.claim(pipeline: "inbound", upTo: 1).first?.content.array == Fixture.content(1))
        await #expect(throws: QueueError.self) { try await again.append(Fixture.message(2)) }
        try await again.close()
    }
}
