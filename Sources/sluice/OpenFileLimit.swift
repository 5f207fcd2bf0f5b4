import Glibc
import Logging

/// How many files and sockets the process may have open.
enum OpenFileLimit {
    /// Raises the limit to what the system allows this process; many shells and supervisors give 1,024 at first.
    static func raise(_ logger: Logger) {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        limit.rlim_cur = limit.rlim_max
        guard setrlimit(resource, &limit) != 0 else { return }
        logger.warning("the limit of open files stays", metadata: ["error": "\(String(cString: strerror(errno)))"])
    }

    private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
}
