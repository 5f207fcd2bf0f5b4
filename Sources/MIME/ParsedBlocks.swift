import Bytes

/// Reads text that is header fields in blocks, with empty lines between them, as reports have it.
enum ParsedBlocks {
    /// Blocks that are read: a report on more recipients than a message may have is none.
    private static let blockLimit = 10_000

    /// The blocks that have fields.
    static func blocks(in octets: [UInt8], limits: ParsingLimits) -> [[StatusReport.Field]] {
        var blocks: [[StatusReport.Field]] = []
        var start = 0
        var position = 0
        func finish(at end: Int) {
            guard end > start else { return }
            let fields = ParsedMessage(parsing: Octets(octets[start..<end]), limits: limits).header.fields
            let block = fields.map { field in
                StatusReport.Field(
                    name: String(decoding: field.name.utf8.map(ASCII.lowercased), as: UTF8.self), value: field.value)
            }
            if !block.isEmpty { blocks.append(block) }
        }
        while position < octets.count, blocks.count < blockLimit {
            let end = octets[position...].firstIndex(of: ASCII.lineFeed) ?? octets.count
            if octets[position..<end].allSatisfy(ASCII.isBlank) {
                finish(at: position)
                start = min(end + 1, octets.count)
            }
            position = end + 1
        }
        if blocks.count < blockLimit { finish(at: octets.count) }
        return blocks
    }
}
