import Glibc

/// How many files and sockets the process may have open.
enum OpenFiles {
    /// What the server has open beside its sessions: stores, segments, attachments under way, listeners.
    static let others = 512

    /// The limit, as the system has it.
    static var limit: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_cur)
    }
}
