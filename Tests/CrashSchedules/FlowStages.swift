import SMTP
import StageKit

/// Holds or drops in the session what is sent for that.
struct Judge: Stage {
    static let manifest = StageManifest(name: "judge", summary: "Holds or drops some messages.")

    init(configuration: NoConfiguration, services: StageServices) {}

    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        switch Destination.fate(Destination.number(of: message.content) ?? 0) {
        case .heldBefore: .quarantine(reason: "odd")
        case .droppedBefore: .discard(reason: "unwanted")
        default: .proceed
        }
    }
}

/// Brings messages to the destination, all that are due as one batch, so that their outcomes are one record.
struct Bring: BatchStage {
    static let manifest = StageManifest(
        name: "bring", summary: "Brings messages to the destination.", effects: .idempotent(by: "message and recipient")
    )
    let batchLimit = 256
    private let destination: Destination?

    init(configuration: NoConfiguration, services: StageServices) throws {
        destination = try services.shared { DestinationBox() }.destination
    }

    func process(_ batch: inout [Message], in context: StageContext) async throws -> [Verdict] {
        guard let destination else { return batch.map { _ in .proceed } }
        return try batch.map { try destination.take($0) }
    }
}

/// By which the stages get their destination.
final class DestinationBox: Sendable {
    let destination: Destination?

    init(_ destination: Destination? = nil) { self.destination = destination }
}

/// Hands the entrance to the workload, and waits to be stopped.
final class Gate: Receiver {
    static let manifest = StageManifest(name: "gate", summary: "Lets the workload in.")
    let listeners: [ListenerAddress] = []
    private let opening: Opening
    private let stopped: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init(configuration: NoConfiguration, services: StageServices) throws {
        opening = try services.shared { Opening() }
        (stopped, end) = AsyncStream.makeStream()
    }

    func receive(through entrance: any Entrance) async throws {
        opening.open(entrance)
        for await _ in stopped {}
    }

    func stop() async { end.finish() }
}

/// Where the gate leaves the entrance.
final class Opening: Sendable {
    let entrances: AsyncStream<any Entrance>
    private let arrivals: AsyncStream<any Entrance>.Continuation

    init() { (entrances, arrivals) = AsyncStream.makeStream() }

    func open(_ entrance: any Entrance) { arrivals.yield(entrance) }

    func close() { arrivals.finish() }
}
