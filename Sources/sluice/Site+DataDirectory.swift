import StageKit

extension Site {
    /// Whether a directory is the one in which our data lies, however both are written: relative or not, or by a link.
    func hasData(in directory: String) -> Bool {
        guard directory != dataDirectory else { return true }
        guard let own = ServerProcess.resolved(dataDirectory), let other = ServerProcess.resolved(directory) else {
            return false
        }
        return own == other
    }
}
