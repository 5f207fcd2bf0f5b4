import Bytes
import StageKit

extension QueueState {
    /// Gives what is due to those who wait for it, in the order of arrival.
    mutating func handOut() -> [Handout] {
        guard mode == .open else { return [] }
        var handouts: [Handout] = []
        for version in lines.keys {
            while let waiter = lines[version]?.waiters.first {
                let messages = take(from: version, upTo: waiter.limit)
                guard !messages.isEmpty else { break }
                lines[version]?.waiters.removeFirst()
                handouts.append(Handout(continuation: waiter.continuation, messages: messages))
            }
        }
        return handouts
    }

    /// Claims what is due under a version of a pipeline.
    mutating func take(from pipeline: PipelineVersion, upTo limit: Int) -> [Claimed] {
        var messages: [Claimed] = []
        var octets = 0
        guard let line = lines.place(of: pipeline) else { return [] }
        while messages.count < limit, let next = lines[at: line].ready.first?.value {
            guard let message = entries[next], message.entry.phase == .ready, message.entry.version == pipeline else {
                _ = lines[at: line].ready.popFirst()
                continue
            }
            octets += message.entry.size
            guard messages.isEmpty || octets <= options.claimLimit.octets else { break }
            _ = lines[at: line].ready.popFirst()
            messages.append(Claimed(message))
            if message.entry.cached != nil { cachedOctets -= message.entry.memory }
            message.entry.cached = nil
            message.entry.phase = .claimed
        }
        return messages
    }

    /// Puts a message back into its line.
    mutating func makeReady(_ id: MessageID) {
        guard let message = entries[id] else { return }
        message.entry.phase = .ready
        lines[message.entry.version, default: Line()].ready.insert(id, key: message.entry.arrival)
    }

    /// Has a message wait until `until`, but not longer than that was when it was decided, whatever the clock says.
    mutating func postpone(_ id: MessageID, until: Timestamp, decided: Timestamp, now: Timestamp) {
        let wait = min(until - now, until - decided)
        guard wait > .zero else { return makeReady(id) }
        lastNumber += 1
        entries[id]?.entry.phase = .postponed(lastNumber)
        byTime.insert((id, lastNumber), key: until)
        byInstant.insert((id, lastNumber), key: ContinuousClock.now + wait)
    }

    /// Puts those into their lines whose time has come.
    mutating func promote(now: Timestamp, instant: ContinuousClock.Instant) {
        while let next = byTime.first, next.key <= now {
            _ = byTime.popFirst()
            promote(next.value)
        }
        while let next = byInstant.first, next.key <= instant {
            _ = byInstant.popFirst()
            promote(next.value)
        }
    }

    private mutating func promote(_ postponed: (id: MessageID, number: Int)) {
        if entries[postponed.id]?.entry.phase == .postponed(postponed.number) { makeReady(postponed.id) }
    }
}
