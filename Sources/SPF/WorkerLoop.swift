import Glibc
import Resolver
import Synchronization

/// Talks to one helper process: sends requests, reads replies in the same order, restarts it; lives on one thread.
final class WorkerLoop {
    private struct Sent {
        let id: UInt32
        let job: WorkerDriver.Job
    }

    private static let replySize = 8

    private let path: String
    private let deadline: Duration
    private let wake: Int32
    private let status: WorkerStatus
    private var process: WorkerProcess? {
        didSet { status.process.store(process?.id ?? 0, ordering: .relaxed) }
    }
    private var lastID: UInt32 = 0
    /// Sent and not answered, in order; the process works on the first.
    private var sent: ArraySlice<Sent> = []
    /// When the process began with the first of `sent`.
    private var headSince = ContinuousClock.now
    private var output: ArraySlice<UInt8> = []
    private var input: [UInt8] = []

    init(path: String, deadline: Duration, wake: Int32, status: WorkerStatus) {
        self.path = path
        self.deadline = deadline
        self.wake = wake
        self.status = status
    }

    /// Sends what is new, waits for an event or the deadline, and handles it.
    func turn(_ jobs: [WorkerDriver.Job]) {
        for job in jobs { send(job) }
        if process == nil, !sent.isEmpty { start() }
        write()
        wait()
        if let head = sent.first, .now >= headSince + deadline {
            restart(blaming: head, "SPF evaluation took longer than \(deadline)")
        }
    }

    /// Ends the process; requests under way fail.
    func close() {
        process?.end()
        process = nil
        for entry in sent { entry.job.completion(.failure("SPF evaluation is stopped")) }
        sent = []
    }

    private func send(_ job: WorkerDriver.Job) {
        lastID &+= 1
        if sent.isEmpty { headSince = .now }
        sent.append(Sent(id: lastID, job: job))
        if process != nil { output.append(contentsOf: frame(lastID, job)) }
    }

    private func frame(_ id: UInt32, _ job: WorkerDriver.Job) -> [UInt8] {
        var writer = DNSWriter()
        writer.write(UInt32(job.request.count + 4))
        writer.write(id)
        return writer.octets + job.request
    }

    private func start() {
        status.starts.wrappingAdd(1, ordering: .relaxed)
        headSince = .now
        input = []
        output = []
        do {
            process = try WorkerProcess(path: path)
            for entry in sent { output.append(contentsOf: frame(entry.id, entry.job)) }
        } catch {
            for entry in sent { entry.job.completion(.failure("\(error)")) }
            sent = []
        }
    }

    /// Ends the process, gives up the request it was at, and sends the others to a new one.
    private func restart(blaming head: Sent?, _ reason: String) {
        process?.end()
        process = nil
        if head != nil { sent.removeFirst().job.completion(.failure(reason)) }
        if !sent.isEmpty { start() }
    }

    private func write() {
        guard let process, !output.isEmpty else { return }
        let count = output.withUnsafeBytes { Glibc.send(process.socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count > 0 { output = output.dropFirst(count) }
        if output.isEmpty { output = [] }
    }

    private func wait() {
        var events = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
        if let process {
            let wanted = POLLIN | (output.isEmpty ? 0 : POLLOUT)
            events.append(pollfd(fd: process.socket, events: Int16(wanted), revents: 0))
        }
        guard poll(&events, nfds_t(events.count), waitMilliseconds()) > 0, events.count > 1 else { return }
        if events[1].revents & ~Int16(POLLOUT) != 0 { read() }
    }

    private func waitMilliseconds() -> Int32 {
        guard !sent.isEmpty else { return -1 }
        let (seconds, attoseconds) = ContinuousClock.now.duration(to: headSince + deadline).components
        return Int32(clamping: max(seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1, 0))
    }

    private func read() {
        guard let process else { return }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(process.socket, &buffer, buffer.count, 0)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else {
            return restart(blaming: sent.first, "libspf2 crashed on this policy")
        }
        input.append(contentsOf: buffer[..<count])
        var position = 0
        while input.count - position >= WorkerLoop.replySize, process === self.process {
            handle(input[position..<position + WorkerLoop.replySize])
            position += WorkerLoop.replySize
        }
        if process === self.process { input.removeFirst(position) }
    }

    /// A reply is the request's number, libspf2's result and error, and two octets of zero.
    private func handle(_ reply: ArraySlice<UInt8>) {
        let octets = Array(reply)
        let id = octets[..<4].reduce(0) { $0 << 8 | UInt32($1) }
        guard let head = sent.first, head.id == id else {
            return restart(blaming: sent.first, "SPF helper process answered out of turn")
        }
        sent.removeFirst()
        headSince = .now
        if sent.isEmpty { sent = [] }
        head.job.completion(WorkerLoop.reply(octets[4], error: octets[5]))
    }

    private static func reply(_ result: UInt8, error: UInt8) -> SPFWorkerPool.Reply {
        switch result {
        case 1: .result(.neutral)
        case 2: .result(.pass)
        case 3: .result(.fail)
        case 4: .result(.softfail)
        case 5: .result(.none)
        case 6: .result(.temperror)
        case 7: .result(.permerror)
        default: .failure("libspf2 gave no result (error \(error))")
        }
    }
}
