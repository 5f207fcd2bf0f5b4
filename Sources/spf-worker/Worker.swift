import CSPF2
import Glibc

/// The memory that libspf2 may use for a policy before the process is ended: far more than any policy needs.
private let memoryLimit: UInt = 512 << 20

/// Bounds what a fault in libspf2 can do: no core files, endless memory, other descriptors or slow backtraces.
func limitResources() {
    sluice_close_from(3)
    // The Swift runtime may have taken these to print a backtrace, which can take seconds; a crash must end us at once.
    for fault in [SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGQUIT] { signal(fault, SIG_DFL) }
    for (resource, limit) in [(RLIMIT_CORE, 0), (RLIMIT_AS, memoryLimit), (RLIMIT_FSIZE, 0)] {
        var bounds = rlimit(rlim_cur: limit, rlim_max: limit)
        setrlimit(Int32(resource.rawValue), &bounds)
    }
}

/// Answers requests until the input ends or cannot be read.
///
/// Each frame is its length in four octets, the request's number in four, and the request (see `WorkerRequest`).
/// A reply is the number, libspf2's result, its error, and two octets of zero; it is written before the next request is
/// begun, so that whoever waits knows which one a crash belongs to.
func runWorker() {
    var input: [UInt8] = []
    var start = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        while let frame = nextFrame(input[start...]) {
            start = frame.endIndex
            guard answer(frame) else { return }
        }
        input.removeSubrange(..<start)
        start = 0
        let count = read(0, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return }
        input.append(contentsOf: buffer[..<count])
    }
}

private func nextFrame(_ input: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard input.count >= 4 else { return nil }
    let count = input.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    guard input.count - 4 >= count else { return nil }
    return input[(input.startIndex + 4)..<(input.startIndex + 4 + count)]
}

/// Evaluates one request and writes the reply; false where either cannot be done.
private func answer(_ frame: ArraySlice<UInt8>) -> Bool {
    guard frame.count >= 4, let request = WorkerRequest(frame.dropFirst(4)) else { return false }
    let (result, error) = evaluate(request)
    let reply = Array(frame.prefix(4)) + [result, error, 0, 0]
    return write(1, reply, reply.count) == reply.count
}
