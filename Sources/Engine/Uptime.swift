/// The time of a clock that nobody sets, counted from its first use.
///
/// A duration and no instant: the compiler does not know what an instant looks like, so that to keep and to compare one
/// is several calls of the runtime, which each step would pay.
enum Uptime {
    private static let start = ContinuousClock.now

    static var now: Duration { start.duration(to: .now) }
}
