/// What a multipart/report says to programs (RFC 6522, which replaced RFC 3462).
public struct StatusReport: Sendable {
    /// The kind, such as `delivery-status` (RFC 3464) or `disposition-notification` (RFC 3798).
    public let kind: String
    /// The blocks of fields: of a delivery report the first is about the message, and each other about a recipient.
    public let blocks: [[Field]]
    /// The part with the message that is reported on, or with its header; `nil` if it was not sent along.
    public let original: Part?

    /// One field of a block.
    public struct Field: Sendable, Hashable {
        /// The name in lower case.
        public let name: String
        /// The value, unfolded.
        public let value: String
    }

    /// The first value of a field, whose name is in lower case, in a block.
    public func value(_ name: String, inBlock block: Int) -> String? {
        guard blocks.indices.contains(block) else { return nil }
        return blocks[block].first { $0.name == name }?.value
    }

    /// What became of each recipient (RFC 3464, section 2.3), where this is a delivery report.
    public var recipients: [Recipient] {
        blocks.dropFirst().compactMap { block in
            func value(_ name: String) -> String? { block.first { $0.name == name }?.value }
            guard let address = value("final-recipient") ?? value("original-recipient") else { return nil }
            return Recipient(
                address: Self.withoutType(address), action: value("action")?.lowercased() ?? "",
                status: value("status").map(Self.firstWord) ?? "",
                diagnostic: value("diagnostic-code").map(Self.withoutType))
        }
    }

    /// A recipient of the message that is reported on.
    public struct Recipient: Sendable, Hashable {
        /// The address, without the type before it.
        public let address: String
        /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`.
        public let action: String
        /// The enhanced status code (RFC 3463).
        public let status: String
        /// What the other server said.
        public let diagnostic: String?
    }

    /// The text behind `rfc822;` or `smtp;` (RFC 3464, section 2.1.2).
    private static func withoutType(_ value: String) -> String {
        guard let semicolon = value.utf8.firstIndex(of: ASCII.semicolon) else { return value }
        return String(value[value.index(after: semicolon)...].drop { $0 == " " })
    }

    private static func firstWord(_ value: String) -> String { String(value.prefix { $0 != " " && $0 != "(" }) }
}

extension ParsedMessage {
    /// What the message reports, if it is a report; the first one where several are nested.
    public var report: StatusReport? {
        for part in parts where part.isMultipart {
            let type = part.mediaType
            guard type.subtype == "report" else { continue }
            let members = part.children.map { Part(tree: tree, index: $0) }
            guard members.count > 1 else { continue }
            let kind = type.parameters["report-type"]?.lowercased() ?? members[1].mediaType.subtype
            return StatusReport(
                kind: kind, blocks: members[1].fieldBlocks, original: members.count > 2 ? members[2] : nil)
        }
        return nil
    }
}

extension Part {
    /// The body as blocks of fields with empty lines between them (RFC 3464, section 2.1).
    var fieldBlocks: [[StatusReport.Field]] {
        ParsedBlocks.blocks(in: decoded(), limits: tree.limits)
    }
}
