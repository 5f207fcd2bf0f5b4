import CCAres
import Glibc

/// c-ares with its sockets and timers; lives on one thread.
final class AresLoop {
    /// The channel could not be set up.
    struct SetupError: Error, CustomStringConvertible {
        let status: Int32
        var description: String { "cannot set up the DNS client: \(String(cString: ares_strerror(status)))" }
    }

    /// A bound on one wait in milliseconds, should c-ares name no time.
    private static let longestWait: Int32 = 1_000

    private var channel: ares_channel?
    private let wake: Int32
    private let deadline: Duration
    /// The events that c-ares waits for, by descriptor.
    var interests: [Int32: Int16] = [:]
    private var pending: [UInt64: PendingQuery] = [:]
    /// The failures that servers told of, by the number of the message.
    private var failures: [UInt16: Set<DNSHeader.Failure>] = [:]
    /// In order of their deadlines, as all have the same length; answered ones are skipped.
    private var expiries: ArraySlice<(id: UInt64, at: ContinuousClock.Instant)> = []
    private var lastID: UInt64 = 0
    private var random = SystemRandomNumberGenerator()

    init(configuration: ResolverConfiguration, wake: Int32) throws {
        self.wake = wake
        deadline = configuration.deadline
        try check(ares_library_init(ARES_LIB_INIT_ALL))
        var options = ares_options()
        options.flags = Int32(ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_EDNS | ARES_FLAG_STAYOPEN)
        options.timeout = AresLoop.milliseconds(configuration.attemptTimeout)
        options.tries = Int32(clamping: max(configuration.attempts, 1))
        options.ednspsz = Int32(DNSQuestion.datagramLimit)
        options.sock_state_cb = aresSocketChanged
        options.sock_state_cb_data = Unmanaged.passUnretained(self).toOpaque()
        let chosen =
            ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ | ARES_OPT_SOCK_STATE_CB
            | ARES_OPT_NOROTATE
        try check(ares_init_options(&channel, &options, Int32(chosen)))
        ares_set_socket_functions(channel, AresSockets.functions, options.sock_state_cb_data)
        if !configuration.servers.isEmpty {
            try check(ares_set_servers_ports_csv(channel, AresLoop.list(configuration.servers)))
        }
    }

    /// Sends what is new, then waits for an event or a timer and handles it.
    func turn(_ submissions: [AresDriver.Submission]) {
        for submission in submissions { send(submission) }
        var descriptors = interests.map { pollfd(fd: $0.key, events: $0.value, revents: 0) }
        descriptors.append(pollfd(fd: wake, events: Int16(POLLIN), revents: 0))
        let count = poll(&descriptors, nfds_t(descriptors.count), waitMilliseconds())
        let bad = ares_socket_t(-1)
        if count > 0 {
            for ready in descriptors.dropLast() where ready.revents != 0 {
                let failed = ready.revents & Int16(POLLERR | POLLHUP) != 0
                let reads = failed || ready.revents & Int16(POLLIN) != 0
                let writes = ready.revents & Int16(POLLOUT) != 0
                ares_process_fd(channel, reads ? ready.fd : bad, writes ? ready.fd : bad)
            }
        }
        ares_process_fd(channel, bad, bad)  // timers
        expire(at: .now)
    }

    /// Frees the channel; questions under way fail.
    func close() {
        if let channel { ares_destroy(channel) }
        channel = nil
    }

    private func send(_ submission: AresDriver.Submission) {
        lastID += 1
        // c-ares matches answers by this number and by the question; it must be hard to guess (RFC 5452, section 9.2).
        let number = UInt16.random(in: .min ... .max, using: &random)
        let query = PendingQuery(loop: self, id: lastID, number: number, submission: submission)
        pending[lastID] = query
        failures[number] = []
        expiries.append((lastID, .now + deadline))
        let message = submission.question.encoded(id: number)
        let argument = Unmanaged.passRetained(query).toOpaque()
        ares_send(channel, message, Int32(message.count), aresQueryEnded, argument)
    }

    /// Called by c-ares' callback when it is done with a query, answered, failed or cancelled.
    func finish(_ id: UInt64, _ response: DNSResponse) {
        guard let query = pending.removeValue(forKey: id) else { return }
        failures[query.number] = nil
        query.submission.completion(response)
    }

    /// The same for a query that no server has given an answer to; `reason` counts if none has told why.
    func fail(_ id: UInt64, _ reason: String) {
        let told = pending[id].flatMap { failures[$0.number] } ?? []
        let words = told.sorted { $0.rawValue < $1.rawValue }.map(\.description).joined(separator: " and ")
        finish(id, DNSResponse(.temporaryFailure(reason: told.isEmpty ? reason : "servers answered \(words)")))
    }

    /// Remembers what a server says that does not answer a question under way.
    func hear(_ message: UnsafeRawBufferPointer) {
        var reader = DNSReader(Array(message.prefix(DNSHeader.length)))
        do throws(DNSReader.Malformation) {
            let header = try DNSHeader(&reader)
            guard header.isResponse, let failure = header.failure else { return }
            failures[header.id]?.insert(failure)
        } catch {
            return  // c-ares passes over it, too
        }
    }

    private func expire(at now: ContinuousClock.Instant) {
        while let first = expiries.first, first.at <= now || pending[first.id] == nil {
            expiries.removeFirst()
            fail(first.id, "no server answered in time")
        }
        if expiries.isEmpty { expiries = [] }
    }

    private func waitMilliseconds() -> Int32 {
        // Without a question under way only the wake signal matters.
        guard !pending.isEmpty || !interests.isEmpty else { return -1 }
        var wait = AresLoop.longestWait
        if let first = expiries.first {
            wait = min(wait, AresLoop.milliseconds(ContinuousClock.now.duration(to: first.at)))
        }
        var storage = timeval()
        if let next = ares_timeout(channel, nil, &storage) {
            wait = min(wait, Int32(clamping: next.pointee.tv_sec * 1_000 + (next.pointee.tv_usec + 999) / 1_000))
        }
        return wait
    }

    /// A duration, rounded up and at least zero, as the system calls want it.
    private static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return Int32(clamping: seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    private static func list(_ servers: [ResolverConfiguration.Server]) -> String {
        servers.map { server in
            switch server.address {
            case .v4: "\(server.address):\(server.port)"
            case .v6: "[\(server.address)]:\(server.port)"
            }
        }.joined(separator: ",")
    }

    private func check(_ status: Int32) throws(SetupError) {
        if status != 0 { throw SetupError(status: status) }
    }
}
