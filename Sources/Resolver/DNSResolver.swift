import Synchronization

/// Looks names up by asking DNS servers, and remembers the answers as long as they say.
///
/// Equal questions asked at the same time are sent once. Nothing blocks the caller's thread: c-ares runs on a thread
/// of its own.
package final class DNSResolver: DNSResolving {
    /// An answer, and until when it is remembered, if it is.
    private typealias DatedAnswer = (answer: DNSAnswer, expiry: ContinuousClock.Instant?)
    private typealias Caller = CheckedContinuation<DatedAnswer, Never>

    private struct State {
        var cache: AnswerCache
        var flights: [DNSQuestion: [UInt64: Caller]] = [:]
        var lastWaiter: UInt64 = 0
    }

    private enum Step {
        case recall(DatedAnswer)
        case leave
        case refuse
        case send
        case wait
    }

    /// What questions came to.
    package let metrics: ResolverMetrics
    private let configuration: ResolverConfiguration
    private let driver: AresDriver
    private let state: Mutex<State>

    /// Sets up the client and its thread; asks nobody yet.
    package init(configuration: ResolverConfiguration, metrics: ResolverMetrics = ResolverMetrics()) throws {
        self.metrics = metrics
        self.configuration = configuration
        let cache = AnswerCache(capacity: configuration.cacheCapacity, octets: configuration.cacheOctets)
        state = Mutex(State(cache: cache))
        driver = try AresDriver(configuration: configuration)
    }

    deinit { driver.close() }

    /// Ends the client: questions under way and later ones fail for the time being.
    ///
    /// May be called more than once.
    package func close() { driver.close() }

    /// How many answers are remembered.
    package var cachedAnswers: Int { state.withLock { $0.cache.count } }

    /// How many octets the remembered answers take, roughly.
    package var cachedOctets: Int { state.withLock { $0.cache.octets } }

    /// Looks up the records of one type, following CNAME records.
    package func query(_ name: String, _ type: RecordType) async -> DNSAnswer {
        await queryWithExpiry(name, type).answer
    }

    /// The same, and until when the answer is remembered, if it is.
    package func queryWithExpiry(
        _ name: String, _ type: RecordType
    ) async -> (answer: DNSAnswer, expiry: ContinuousClock.Instant?) {
        guard let name = DomainName(name) else {
            return (.malformed(reason: "no question can ask for such a name"), nil)
        }
        let question = DNSQuestion(name, type)
        if let known = state.withLock({ $0.cache.answer(to: question, at: .now) }) {
            metrics.recordHit()
            return (known.answer, known.expiry)
        }
        let waiter = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { board(question, as: waiter, $0) }
        } onCancel: {
            leave(question, waiter)
        }
    }

    private func board(_ question: DNSQuestion, as waiter: UInt64, _ caller: Caller) {
        let step: Step = state.withLock { state in
            // Checked under the lock: a cancellation comes either before, seen here, or after, and finds the waiter.
            if Task.isCancelled { return .leave }
            // The answer may have come between the first look and here.
            if let known = state.cache.answer(to: question, at: .now) { return .recall(known) }
            if state.flights[question] != nil {
                state.flights[question]?[waiter] = caller
                return .wait
            }
            guard state.flights.count < configuration.pendingCapacity else {
                return .refuse
            }
            state.flights[question] = [waiter: caller]
            return .send
        }
        switch step {
        case .recall(let answer):
            metrics.recordHit()
            caller.resume(returning: answer)
        case .leave: caller.resume(returning: Self.cancelled)
        case .refuse:
            let answer = DNSAnswer.temporaryFailure(reason: "too many questions under way")
            metrics.record(answer, time: .zero)
            caller.resume(returning: (answer, nil))
        case .wait: break
        case .send:
            let start = ContinuousClock.now
            driver.submit(question) { [weak self] response in self?.land(question, response, sent: start) }
        }
    }

    private func leave(_ question: DNSQuestion, _ waiter: UInt64) {
        // The flight goes on: its answer is worth keeping, and others may wait for it.
        let caller = state.withLock { $0.flights[question]?.removeValue(forKey: waiter) }
        caller?.resume(returning: Self.cancelled)
    }

    private static let cancelled: DatedAnswer = (.temporaryFailure(reason: "cancelled"), nil)

    private func land(_ question: DNSQuestion, _ response: DNSResponse, sent start: ContinuousClock.Instant) {
        metrics.record(response.answer, time: .now - start)
        let (waiters, expiry) = state.withLock { state in
            let expiry = lifetime(of: response).flatMap { lifetime in
                let expiry = ContinuousClock.now + lifetime
                return state.cache.keep(response.answer, for: question, until: expiry) ? expiry : nil
            }
            return (state.flights.removeValue(forKey: question) ?? [:], expiry)
        }
        for waiter in waiters.values { waiter.resume(returning: (response.answer, expiry)) }
    }

    private func lifetime(of response: DNSResponse) -> Duration? {
        let stated = response.timeToLive.map { Duration.seconds(Int64($0)) }
        let lifetime: Duration
        switch response.answer {
        case .records:
            let least = configuration.minimumLifetime
            lifetime = min(max(stated ?? .zero, least), configuration.maximumLifetime)
        case .noData, .noSuchName:
            // RFC 2308, section 5: a negative answer without a SOA record should not be kept.
            lifetime = min(stated ?? .zero, configuration.maximumNegativeLifetime)
        case .temporaryFailure, .malformed: return nil
        }
        return lifetime > .zero ? lifetime : nil
    }
}
