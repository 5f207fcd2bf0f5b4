import Addressing
import NIOCore
import Synchronization

/// The sessions of a server, counted in total and by address.
final class OpenSessions: Sendable {
    /// Whether a new session may stay.
    enum Admission: Sendable {
        case admitted, tooMany, tooManyFromAddress, draining
    }

    /// Told to every session when the server stops.
    struct DrainRequest: Sendable {}

    /// Told to every session that is still open when the time for that is over.
    struct CutRequest: Sendable {}

    /// An address as far as it is one client: a whole IPv4 address, or the network part of an IPv6 one.
    private struct Origin: Hashable {
        let family: AddressLiteral.Family
        let bits: UInt64
    }

    private struct Entry {
        let channel: any Channel
        let origin: Origin?
    }

    private struct State {
        var entries: [ObjectIdentifier: Entry] = [:]
        var counts: [Origin: Int] = [:]
        var admitted = 0
        var isDraining = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    private let limit: Int
    private let limitPerAddress: Int

    init(limit: Int, limitPerAddress: Int) {
        self.limit = limit
        self.limitPerAddress = limitPerAddress
    }

    /// How many sessions are open, those included that only hear a refusal.
    var count: Int { state.withLock { $0.entries.count } }

    /// Takes a new session in, even if it is only to hear a refusal.
    func admit(_ channel: any Channel, from address: AddressLiteral?) -> Admission {
        let origin = address.map { Origin(family: $0.family, bits: $0.family == .ipv4 ? $0.low : $0.high) }
        return state.withLock { state in
            let admission: Admission =
                if state.isDraining {
                    .draining
                } else if state.admitted >= limit {
                    .tooMany
                } else if let origin, state.counts[origin, default: 0] >= limitPerAddress {
                    .tooManyFromAddress
                } else {
                    .admitted
                }
            guard admission == .admitted else {
                state.entries[ObjectIdentifier(channel)] = Entry(channel: channel, origin: nil)
                return admission
            }
            state.entries[ObjectIdentifier(channel)] = Entry(channel: channel, origin: origin)
            state.admitted += 1
            if let origin { state.counts[origin, default: 0] += 1 }
            return .admitted
        }
    }

    /// Lets go of a session that is over.
    func remove(_ channel: any Channel, _ admission: Admission) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard let entry = state.entries.removeValue(forKey: ObjectIdentifier(channel)) else { return [] }
            if admission == .admitted { state.admitted -= 1 }
            if let origin = entry.origin {
                let remaining = state.counts[origin, default: 1] - 1
                state.counts[origin] = remaining > 0 ? remaining : nil
            }
            guard state.entries.isEmpty else { return [] }
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Admits nobody any more and asks every session to end when it can.
    func drain() {
        state.withLock { $0.isDraining = true }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(DrainRequest()) }
    }

    /// Ends every session, with a last word.
    func cut() {
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(CutRequest()) }
    }

    /// Closes every connection at once.
    func closeAll() {
        for channel in channels { channel.close(promise: nil) }
    }

    private var channels: [any Channel] { state.withLock { $0.entries.values.map(\.channel) } }

    /// Waits until no session is open.
    func waitUntilEmpty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                guard !state.entries.isEmpty else { return true }
                state.waiters.append(continuation)
                return false
            }
            if isEmpty { continuation.resume() }
        }
    }
}
