/// Why another version cannot take over now.
package enum ReloadError: Error, Sendable, CustomStringConvertible {
    /// Another reload has begun and not ended.
    case underWay
    /// The server stops, or has not begun.
    case notRunning

    package var description: String {
        switch self {
        case .underWay: "another reload is under way; try again when it is done"
        case .notRunning: "the server is not serving"
        }
    }
}
