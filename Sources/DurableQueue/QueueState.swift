import Bytes
import StageKit

/// The queue as it is in memory, without threads, files or clocks.
struct QueueState {
    /// Whether the queue hands out and takes in.
    enum Mode { case open, draining, closed }

    /// Somebody who waits for messages.
    struct Waiter {
        var number: UInt64
        var limit: Int
        var continuation: UnsafeContinuation<[Claimed], Never>
    }

    /// A waiter with what it gets; resumed after the lock is released.
    struct Handout {
        var continuation: UnsafeContinuation<[Claimed], Never>
        var messages: [Claimed]
    }

    /// What waits to be committed.
    struct Submission {
        /// Nothing, if only the commit itself is waited for.
        var record: PreparedRecord?
        var accepted: Entry?
        var isAwaited = false
        var completion: UnsafeContinuation<QueueError?, Never>?
    }

    /// One pipeline's messages that are due, by arrival.
    struct Line {
        var ready = PriorityHeap<UInt64, MessageID>()
        var waiters: [Waiter] = []
    }

    struct Live {
        var count = 0
        var octets = 0
    }

    let options: QueueOptions
    var mode = Mode.open
    var entries: [MessageID: Entry] = [:]
    var lines: [String: Line] = [:]
    var ledgers: [String: Ledger] = [:]
    /// What is alive in each segment.
    var live: [UInt64: Live] = [:]
    /// Messages and octets that count towards the limits, those in the inbox included.
    var heldMessages = 0
    var heldOctets = 0
    var cachedOctets = 0
    var inbox: [Submission] = []
    var closing: [UnsafeContinuation<QueueError?, Never>] = []
    var isStopped = false
    /// Messages that are finished and whose content in files of its own may go once that is durable.
    var finishedSpools: [MessageID] = []
    /// Postponed messages by wall clock and by the clock that never jumps; whichever comes first makes them due.
    var byTime = PriorityHeap<Timestamp, (MessageID, Int)>()
    var byInstant = PriorityHeap<ContinuousClock.Instant, (MessageID, Int)>()
    var lastNumber = 0
    var lastWaiter: UInt64 = 0

    init(_ options: QueueOptions) {
        self.options = options
    }

    /// Counts a message towards the limits before it is written.
    mutating func reserve(_ size: Int) throws(QueueError) {
        guard mode != .closed else { throw .closed }
        guard heldMessages < options.messageLimit else { throw .full(.messages(options.messageLimit)) }
        guard heldOctets + size <= options.octetLimit.octets else { throw .full(.octets(options.octetLimit.octets)) }
        heldMessages += 1
        heldOctets += size
    }

    /// Counts content of a message on its way towards the limit.
    mutating func reserveContent(_ size: Int) throws(QueueError) {
        guard mode != .closed else { throw .closed }
        guard heldOctets + size <= options.octetLimit.octets else { throw .full(.octets(options.octetLimit.octets)) }
        heldOctets += size
    }

    mutating func unreserveContent(_ size: Int) { heldOctets -= size }

    /// Lets go of content that was handed over with a message that is not taken.
    mutating func letGo(ofContent spooled: SpooledContent, of id: MessageID) {
        heldOctets -= spooled.count
        finishedSpools.append(id)
    }

    mutating func unreserve(_ size: Int) {
        heldMessages -= 1
        heldOctets -= size
    }

    /// Takes in a message that is durable, and counted by ``reserve(_:)``.
    mutating func insert(_ message: Entry) {
        var entry = message
        if entry.cached != nil {
            if entry.phase == .ready, cachedOctets + entry.memory <= options.cacheLimit.octets {
                cachedOctets += entry.memory
            } else {
                entry.cached = nil
            }
        }
        live[entry.location.segment, default: Live()].count += 1
        live[entry.location.segment, default: Live()].octets += entry.recordSize
        let ready = entry.phase == .ready
        entries[entry.id] = entry
        if ready { lines[entry.pipeline.name, default: Line()].ready.insert(entry.id, key: entry.arrival) }
    }

    /// Forgets a message that is finished.
    mutating func remove(_ id: MessageID) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        if entry.cached != nil { cachedOctets -= entry.memory }
        if entry.spooled != nil { finishedSpools.append(id) }
        release(entry.recordSize, in: entry.location.segment)
        unreserve(entry.size)
    }

    /// Notes that a message stands elsewhere now.
    mutating func move(_ id: MessageID, to location: Location) {
        guard var entry = entries[id] else { return }
        release(entry.recordSize, in: entry.location.segment)
        entry.location = location
        live[location.segment, default: Live()].count += 1
        live[location.segment, default: Live()].octets += entry.recordSize
        entries[id] = entry
    }

    private mutating func release(_ size: Int, in segment: UInt64) {
        live[segment]?.count -= 1
        live[segment]?.octets -= size
        if live[segment]?.count == 0 { live[segment] = nil }
    }
}
