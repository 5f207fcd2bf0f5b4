import SMTP
import Synchronization

/// The memory that the input of all sessions may take together.
///
/// Each session keeps a usual mail whole until its end, which is the quickest; many of them at once would be too much.
/// Beyond the bound sessions hand over what they have early, so that it goes to the disk: nobody waits for memory that
/// others hold.
final class InputBudget: Sendable {
    /// Room for some thousand usual mails, or five hundred that are just small enough to stay whole.
    static let limit = 64 << 20
    /// So much a session keeps while memory is short: with as many sessions as a server may have it stays little.
    static let share = 16 << 10

    private let octets = Atomic(0)

    /// How much a session may keep before it hands over, now that it keeps `kept` octets and kept `before`.
    func allowance(keeping kept: Int, before: Int) -> Int {
        let total =
            kept == before
            ? octets.load(ordering: .relaxed) : octets.add(kept - before, ordering: .relaxed).newValue
        return total > Self.limit ? Self.share : SessionLimits.wholeMessage
    }
}
