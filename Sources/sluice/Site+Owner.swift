import Glibc
import StageKit

extension Site {
    /// Sees to it that the data belong to whoever runs the command.
    ///
    /// Files that another user made, such as root, would keep the server from its own data later.
    ///
    /// - Throws: `Failure` that names the user.
    func requireOwner() throws {
        // What the server made itself counts more than the directory that it was given.
        for path in ["queue", "mail", ""].map({ $0.isEmpty ? dataDirectory : "\(dataDirectory)/\($0)" }) {
            var status = stat()
            guard stat(path, &status) == 0 else {
                guard errno == EACCES else { continue }
                throw Failure(
                    .noPermission,
                    "cannot look into \(dataDirectory): \(String(cString: strerror(errno))); "
                        + "run the command as the user of the server")
            }
            guard status.st_uid != geteuid() else { return }
            let owner = getpwuid(status.st_uid).map { String(cString: $0.pointee.pw_name) } ?? "#\(status.st_uid)"
            throw Failure(
                .noPermission, "\(path) belongs to another user; run the command as that one: sudo -u \(owner) sluice …"
            )
        }
    }
}
