import Foundation

/// The sockets of another process, as the kernel lists them.
enum Sockets {
    /// How many it has open and connected.
    static func count(of pid: pid_t) -> Int {
        let directory = "/proc/\(pid)/fd"
        let connected = Set(
            Workspace.text("/proc/net/unix").split(separator: "\n").compactMap { line -> Substring? in
                let cells = line.split(separator: " ", omittingEmptySubsequences: true)
                // The state 03 is "connected"; the inode is the seventh cell.
                return cells.count > 6 && cells[5] == "03" ? cells[6] : nil
            })
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory).count { name in
                let target = try FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\(name)")
                return target.hasPrefix("socket:[") && connected.contains(target.dropFirst(8).dropLast())
            }
        } catch {
            return 0
        }
    }
}
