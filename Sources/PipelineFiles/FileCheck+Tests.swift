import StageKit

extension FileCheck {
    /// Checks the shape of `tests:`; running them is another matter.
    mutating func checkTests(_ node: SettingNode?) -> [TestCase] {
        guard let node, node.content != .empty else { return [] }
        guard case .list(let nodes) = node.content else {
            note(.wrongType, node.location, "tests must be a list, not \(node.shown)")
            return []
        }
        return nodes.map { checkTest($0) }
    }

    private mutating func checkTest(_ node: SettingNode) -> TestCase {
        var settings = Settings(node)
        let name: String = settings.take("name", "What the test shows.")
        let message: String = settings.take("message", "The message's file.")
        let client: String? = settings.takeOptional("client", "The client's address.")
        let helo: String? = settings.takeOptional("helo", "The HELO name.")
        let sender: String? = settings.takeOptional("from", "The reverse-path.")
        let recipients: [String]? = settings.takeOptional("to", "The recipients.")
        let expected = settings.takeGroup("expect", "What should become of it.") { group in
            let reply: Int? = group.takeOptional("reply", "The code of the last SMTP reply.")
            let queued: Int? = group.takeOptional("queued", "How many messages are queued afterwards.")
            if let reply, !(200...599).contains(reply) { group.note("reply", "must be an SMTP reply code such as 550") }
            if let queued, queued < 0 { group.note("queued", "must not be negative") }
            return (reply: reply, queued: queued)
        }
        if !node.entries.contains(where: { $0.key == "expect" && !$0.value.entries.isEmpty }) {
            settings.noteMissing("expect", "it must say what should become of the message, as in { reply: 250 }")
        }
        finish(settings)
        return TestCase(
            name: name, message: message, client: client, helo: helo, sender: sender, recipients: recipients,
            reply: expected.reply, queued: expected.queued, location: node.location)
    }
}
