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
        var accepted: SharedEntry?
        var isAwaited = false
        var completion: UnsafeContinuation<QueueError?, Never>?
    }

    /// The messages of one version of a pipeline that are due, by arrival.
    struct Line {
        var ready = PriorityHeap<UInt64, MessageID>()
        var waiters: [Waiter] = []
        /// How many are pending, due or not.
        var pending = 0

        var isIdle: Bool { pending == 0 && waiters.isEmpty && ready.isEmpty }

        /// Counts a message, and puts it into the line if it is due.
        mutating func add(_ due: (id: MessageID, arrival: UInt64)?) {
            pending += 1
            if let due { ready.insert(due.id, key: due.arrival) }
        }
    }

    struct Live {
        var count = 0
        var octets = 0

        mutating func add(_ size: Int) {
            count += 1
            octets += size
        }

        mutating func subtract(_ size: Int) {
            count -= 1
            octets -= size
        }
    }

    let options: QueueOptions
    var mode = Mode.open
    var entries: [MessageID: SharedEntry] = [:]
    var lines = FewKeys<PipelineVersion, Line>()
    var ledgers = FewKeys<String, Ledger>()
    /// What the messages there are hold of the ledgers' open columns: the sum over ``entries``, kept up as these change,
    /// so that a ledger can be compared at any time at no cost.
    var open = FewKeys<String, Ledger>()
    /// What is alive in each segment.
    var live: [UInt64: Live] = [:]
    /// Messages and octets that count towards the limits, those on their way to the disk included.
    var heldMessages = 0
    var heldOctets = 0
    /// The same by pipeline.
    var held = FewKeys<String, Live>()
    var cachedOctets = 0
    /// Messages that wait to be committed, and their senders with them.
    var arrivals: [Submission] = []
    /// What else does.
    var inbox: [Submission] = []
    /// How many arrivals wake the committing thread; outcomes do not while this is not 0.
    var wakeUpSize = 0
    /// For each group that is durable and not yet taken in, a segment before which none of its records stands.
    var concluding: [UInt64] = []
    var closing: [UnsafeContinuation<QueueError?, Never>] = []
    var isStopped = false
    /// Messages that are finished and whose content in files of its own may go once that is durable.
    var finishedSpools: [MessageID] = []
    /// What was found damaged since somebody asked last.
    var findings: [RecoveryReport.Finding] = []
    /// Postponed messages by wall clock and by the clock that never jumps; whichever comes first makes them due.
    var byTime = PriorityHeap<Timestamp, (MessageID, Int)>()
    var byInstant = PriorityHeap<ContinuousClock.Instant, (MessageID, Int)>()
    var lastNumber = 0
    var lastWaiter: UInt64 = 0

    init(_ options: QueueOptions) {
        self.options = options
    }

    /// What is known of every message that is pending or in quarantine, in no order.
    var messages: some Sequence<Entry> { entries.values.lazy.map(\.entry) }

    /// Counts a message towards the limits before it is written.
    ///
    /// `content` is what of it stands in a file of its own; ``reserveContent(_:)`` has counted that as it came in, but
    /// not for its pipeline.
    mutating func reserve(
        _ size: Int, besides content: Int = 0, of pipeline: String, within limits: PipelineLimits = .none
    ) throws(QueueError) {
        guard mode != .closed else { throw .closed }
        guard heldMessages < options.messageLimit else { throw .full(.messages(options.messageLimit)) }
        guard heldOctets + size <= options.octetLimit.octets else { throw .full(.octets(options.octetLimit.octets)) }
        let own = held[pipeline] ?? Live()
        guard own.count < limits.messages else { throw .full(.messages(limits.messages)) }
        guard own.octets <= limits.size.octets - size - content else { throw .full(.octets(limits.size.octets)) }
        hold(size, of: pipeline)
        if content > 0 { held[pipeline, default: Live()].octets += content }
    }

    /// Counts a message that is there already, whatever the limits say.
    mutating func hold(_ size: Int, of pipeline: String) {
        heldMessages += 1
        heldOctets += size
        held[pipeline, default: Live()].add(size)
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

    mutating func unreserve(_ size: Int, of pipeline: String) {
        heldMessages -= 1
        heldOctets -= size
        guard let place = held.place(of: pipeline) else { return }
        held[at: place].subtract(size)
        if held[at: place].count == 0 { held.remove(at: place) }
    }

    /// Counts a message that is pending now.
    mutating func begin(_ version: PipelineVersion) {
        lines[version, default: Line()].pending += 1
    }

    /// Counts a message that is pending no more.
    mutating func end(_ version: PipelineVersion) {
        guard let place = lines.place(of: version) else { return }
        lines[at: place].pending -= 1
        if lines[at: place].isIdle { lines.remove(at: place) }
    }

    /// Forgets the line of a version that nobody waits in or for.
    mutating func removeLine(_ version: PipelineVersion) {
        if lines[version]?.isIdle == true { lines[version] = nil }
    }

    /// Takes in a message that is durable, and counted by ``reserve(_:)``.
    mutating func insert(_ message: SharedEntry) {
        if message.entry.cached != nil {
            if message.entry.phase == .ready, cachedOctets + message.entry.memory <= options.cacheLimit.octets {
                cachedOctets += message.entry.memory
            } else {
                message.entry.cached = nil
            }
        }
        live[message.entry.location.segment, default: Live()].add(message.entry.recordSize)
        open[message.entry.pipeline.name, default: Ledger()].add(message.entry.state.openLedger)
        if message.entry.phase != .held {
            let due = message.entry.phase == .ready ? (message.entry.id, message.entry.arrival) : nil
            lines[message.entry.version, default: Line()].add(due)
        }
        entries[message.entry.id] = message
    }

    /// Forgets a message that is finished.
    mutating func remove(_ id: MessageID) {
        guard let message = entries.removeValue(forKey: id) else { return }
        if message.entry.cached != nil { cachedOctets -= message.entry.memory }
        if message.entry.spooled != nil { finishedSpools.append(id) }
        release(message.entry.recordSize, in: message.entry.location.segment)
        unreserve(message.entry.size, of: message.entry.pipeline.name)
        if message.entry.phase != .held { end(message.entry.version) }
    }

    /// Lets go of a message's head and content in memory.
    mutating func uncache(_ id: MessageID) {
        guard let message = entries[id], message.entry.cached != nil else { return }
        cachedOctets -= message.entry.memory
        message.entry.cached = nil
    }

    /// Notes that a message stands elsewhere now.
    mutating func move(_ id: MessageID, to location: Location) {
        guard let message = entries[id] else { return }
        let before = message.entry.memory
        release(message.entry.recordSize, in: message.entry.location.segment)
        message.entry.location = location
        if message.entry.cached != nil { cachedOctets += message.entry.memory - before }
        live[location.segment, default: Live()].add(message.entry.recordSize)
    }

    private mutating func release(_ size: Int, in segment: UInt64) {
        guard let place = live.index(forKey: segment) else { return }
        live.values[place].subtract(size)
        if live.values[place].count == 0 { live.remove(at: place) }
    }
}
