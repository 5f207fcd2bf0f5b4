import Bytes
import DurableQueue
import Files
import SimulatedFiles
import StageKit
import Testing

/// Damage anywhere in a journal: what is whole is recovered, what is not is named and kept.
struct DamageTests {
    /// A journal of several segments with ten pending messages among finished ones.
    private struct Image {
        var files: [String: [UInt8]] = [:]
        var pending: Set<Int> = []

        init() async throws {
            let disk = SimulatedFileSystem()
            let (queue, _) = try Fixture.open(disk)
            for number in 1...20 {
                _ = try await queue.append(Fixture.message(number))
                if number % 2 == 0 { try await queue.recordDurably([Fixture.delivered(number)]) }
            }
            try await queue.close()
            pending = Set((1...20).filter { $0 % 2 == 1 })
            for name in try disk.list(Fixture.directory) {
                files[name] = disk.content(of: Fixture.directory + "/" + name)
            }
        }

        func disk() -> SimulatedFileSystem {
            let disk = SimulatedFileSystem()
            for (name, content) in files { disk.place(content, at: Fixture.directory + "/" + name) }
            return disk
        }
    }

    /// Opens a damaged journal twice; returns which messages came back.
    private func recover(_ image: Image, _ context: String) async throws -> (Set<Int>, RecoveryReport) {
        let disk = image.disk()
        let (queue, report) = try Fixture.open(disk)
        let found = try await messages(queue, report, context)
        #expect(queue.ledger()["inbound"]?.isBalanced ?? true, "\(context): \(queue.ledger())")
        try await queue.close()
        let (again, second) = try Fixture.open(disk.crash(.everything, seed: 0))
        let foundAgain = try await messages(again, second, context)
        #expect(foundAgain == found, "\(context): the second start differs")
        #expect(again.ledger() == queue.ledger(), "\(context): the ledgers differ")
        try await again.close()
        if report.findings.contains(where: { $0.kind == .damaged && $0.file.hasSuffix(".segment") }) {
            let names = try disk.list(Fixture.directory)
            #expect(names.contains { $0.hasSuffix(".damaged") }, "\(context): not set aside")
            #expect(!second.findings.contains { $0.kind == .damaged }, "\(context): damaged still, \(second.findings)")
        }
        return (found, report)
    }

    private func messages(_ queue: DurableQueue, _ report: RecoveryReport, _ context: String) async throws -> Set<Int> {
        var found: Set<Int> = []
        while found.count < report.pending {
            for message in await queue.claim(pipeline: "inbound", upTo: 100) {
                let number = Int(message.id.low)
                #expect(message.content.array == Fixture.content(number), "\(context)")
                #expect(found.insert(number).inserted, "\(context)")
            }
        }
        return found
    }

    @Test func `a flipped bit costs no more than its record, which is named`() async throws {
        let image = try await Image()
        #expect(image.files.count >= 3)
        var generator = SeededGenerator(seed: 7)
        for (name, content) in image.files.sorted(by: { $0.key < $1.key }) {
            let offsets = Array(0..<104) + (0..<40).map { _ in Int.random(in: 0..<content.count, using: &generator) }
            for offset in offsets {
                var damaged = image
                damaged.files[name]?[offset] ^= 1 << UInt8.random(in: 0...7, using: &generator)
                let context = "bit at \(offset) of \(name)"
                let (found, report) = try await recover(damaged, context)
                let lost = image.pending.subtracting(found)
                #expect(lost.count <= 1, "\(context): lost \(lost)")
                #expect(found.subtracting(image.pending).count <= 1, "\(context): back \(found)")
                if found != image.pending {
                    #expect(report.findings.contains { $0.file == name && $0.offset <= offset }, "\(context)")
                }
            }
        }
    }

    @Test func `a cut costs no more than what lies behind it`() async throws {
        let image = try await Image()
        var generator = SeededGenerator(seed: 8)
        for (name, content) in image.files.sorted(by: { $0.key < $1.key }) {
            for length in [0, 1, 63, 64, 65, 103]
                + (0..<20).map({ _ in Int.random(in: 0..<content.count, using: &generator) })
            {
                var damaged = image
                damaged.files[name] = Array(content[..<length])
                let context = "\(name) cut to \(length)"
                let (found, report) = try await recover(damaged, context)
                if found != image.pending {
                    #expect(report.findings.contains { $0.file == name }, "\(context): \(report.findings)")
                }
            }
        }
    }

    @Test func `a missing segment is named, and its messages are counted as unreadable`() async throws {
        let image = try await Image()
        let segments = image.files.keys.filter { $0.hasPrefix("journal-") }.sorted()
        let name = segments[segments.count / 2]
        var damaged = image
        damaged.files[name] = nil
        let (found, report) = try await recover(damaged, name)
        #expect(report.findings.map(\.kind) == [.missing] && report.findings.map(\.file) == [name])
        #expect(found != image.pending)
        let (queue, _) = try Fixture.open(damaged.disk())
        let ledger = try #require(queue.ledger()["inbound"])
        #expect(ledger.messages.unreadable > 0 && ledger.isBalanced)
        try await queue.close()
    }

    @Test func `a foreign file is named and left alone`() async throws {
        var image = try await Image()
        image.files["notes.txt"] = [1, 2, 3]
        let (found, report) = try await recover(image, "stranger")
        #expect(found == image.pending)
        #expect(report.findings.map(\.kind) == [.stranger] && report.findings.map(\.file) == ["notes.txt"])
    }

    @Test func `a damaged mail is named with file, offset and id, and its octets are kept as they were found`()
        async throws
    {
        var image = try await Image()
        let segments = image.files.filter { $0.key.hasPrefix("journal-") }.sorted { $0.key < $1.key }
        let needle = Fixture.content(7).prefix(24)
        let (name, content) = try #require(segments.first { $0.value.firstRange(of: needle) != nil })
        let offset = try #require(content.firstRange(of: needle)).lowerBound
        image.files[name]?[offset] ^= 0x20
        let disk = image.disk()
        let (queue, report) = try Fixture.open(disk)
        let finding = try #require(report.findings.first { $0.kind == .damaged })
        #expect(finding.file == name && finding.messages == [Fixture.id(7)])
        #expect((finding.offset..<finding.offset + finding.count).contains(offset))
        #expect(finding.description.contains("\(Fixture.id(7))"))
        #expect(disk.content(of: "\(Fixture.directory)/\(name).damaged") == image.files[name])
        let (found, _) = try await recover(image, "id")
        #expect(found == image.pending.subtracting([7]))
        try await queue.close()
    }
}
