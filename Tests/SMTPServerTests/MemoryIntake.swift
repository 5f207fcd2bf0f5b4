import Bytes
import StageKit
import Synchronization

/// Keeps the pieces of a large message in memory.
final class MemoryIntake: ContentIntake {
    private let entrance: MemoryEntrance
    private let content = Mutex<[UInt8]>([])

    init(entrance: MemoryEntrance) { self.entrance = entrance }

    func append(_ piece: Octets) async -> PhaseResult {
        if let refusal = await entrance.onPiece(piece) { return .refuse(refusal) }
        content.withLock { $0 += piece.array }
        return .proceed
    }

    func accept(_ message: Message, endingWith rest: Octets) async -> Acceptance {
        let whole = content.withLock { $0 + rest.array }
        return await entrance.accept(message.with(content: Octets(whole)))
    }

    func abandon() { entrance.noteAbandoned() }
}
