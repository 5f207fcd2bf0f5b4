import Glibc

extension SPFChecker {
    /// The system's time in seconds since 1970.
    package static let systemTime: @Sendable () -> Int64 = { Int64(Glibc.time(nil)) }
}
