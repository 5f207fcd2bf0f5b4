import Bytes
import SMTP
import StageKit

extension FileCheck {
    /// Checks `accept:`, the durable line.
    mutating func checkAccept(_ node: SettingNode?) -> AcceptPlan {
        guard let node else { return makePlan(nil, Limits()) }
        var settings = Settings(node)
        var reply: Reply?
        var limits = Limits()
        if let queue = settings.takeOptional("queue", of: Piece.self, "The queue that keeps accepted messages.") {
            var group = Settings(queue.node)
            if let full = group.takeOptional("when-full", of: Piece.self, "What a client is told when it is full.") {
                reply = checkReply(full.node, ReplyUse(key: "when-full", category: 4))
            }
            limits = takeLimits(&group)
            finish(group)
        } else {
            settings.noteMissing("queue", "write queue: {} to keep accepted messages in the queue")
        }
        noteMisplacedParts(in: "accept", &settings, node)
        finish(settings)
        return makePlan(reply, limits)
    }

    private struct Limits {
        var messages = AcceptPlan.standardMessages
        var size = AcceptPlan.standardSize
        var diskReserve = AcceptPlan.standardDiskReserve
    }

    private func takeLimits(_ group: inout Settings) -> Limits {
        let standard = Limits()
        let limits = Limits(
            messages: group.take(
                "messages", default: standard.messages, "How many messages may be pending or in quarantine."),
            size: group.take("size", default: standard.size, "How much space they may take in the queue."),
            diskReserve: group.take(
                "disk-reserve", default: standard.diskReserve, "How much of the disk must stay free."))
        if limits.messages < 1 { group.note("messages", "must be more than nothing") }
        if limits.size.octets < 1 { group.note("size", "must be more than nothing") }
        return limits
    }

    private func makePlan(_ reply: Reply?, _ limits: Limits) -> AcceptPlan {
        AcceptPlan(
            whenFull: reply ?? Reply(.insufficientStorage, "Insufficient system storage"), messages: limits.messages,
            size: limits.size, diskReserve: limits.diskReserve)
    }
}
