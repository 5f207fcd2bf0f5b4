import Bytes
import DurableQueue
import Files
import SimulatedFiles
import StageKit
import Synchronization

/// A clock that stands still until it is told to go on.
final class ManualClock: Sendable {
    private let moment: Mutex<Timestamp>

    init(_ start: Timestamp = Timestamp(seconds: 1_700_000_000)) { moment = Mutex(start) }

    var now: Timestamp { moment.withLock { $0 } }

    func advance(by duration: Duration) { moment.withLock { $0 = $0 + duration } }
}

/// What the tests of the queue share.
enum Fixture {
    static let directory = "/var/queue"
    static let pipeline = PipelineVersion(name: "inbound", digest: "d1")

    /// Small segments, so that a short test fills several, and files of their own for whatever comes in pieces.
    static var options: QueueOptions {
        var options = QueueOptions()
        options.segmentSize = ByteCount(octets: 32 << 10)
        options.recordedContent = ByteCount(octets: 0)
        return options
    }

    static func open(
        _ disk: SimulatedFileSystem, clock: ManualClock = ManualClock(), options: QueueOptions = Fixture.options
    ) throws -> (DurableQueue, RecoveryReport) {
        try DurableQueue.open(directory: directory, fileSystem: disk, options: options) { clock.now }
    }

    static func id(_ number: Int) -> MessageID { MessageID(high: 0x018C_0000_0000_0000, low: UInt64(number)) }

    /// A message whose octets follow from its number.
    static func message(
        _ number: Int, size: Int = 700, recipients: Int = 1, disposition: Disposition = .deliver
    ) -> NewMessage {
        NewMessage(
            id: id(number), pipeline: pipeline, received: Timestamp(seconds: 1_700_000_000), head: head(number),
            content: Octets(content(number, size)), recipientCount: recipients, disposition: disposition)
    }

    static func head(_ number: Int) -> [UInt8] { Array("head \(number)".utf8) }

    static func content(_ number: Int, _ size: Int = 700) -> [UInt8] {
        var generator = SeededGenerator(seed: UInt64(number))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size + 8)
        while bytes.count < size { withUnsafeBytes(of: generator.next()) { bytes.append(contentsOf: $0) } }
        bytes.removeLast(bytes.count - size)
        return bytes
    }

    static func delivered(_ number: Int, _ recipients: [Int] = [0]) -> Update {
        Update(id: id(number), recipients: recipients.map { ($0, .delivered) })
    }
}

extension DurableQueue {
    /// Claims what is due in the version of a pipeline that the fixtures are of.
    func claim(pipeline name: String, upTo limit: Int) async -> [QueuedMessage] {
        await claim(PipelineVersion(name: name, digest: Fixture.pipeline.digest), upTo: limit)
    }
}
