import Bytes

extension ParsedMessage {
    /// All that is wrong with the message: what parsing met, then what a look at every header and body finds.
    ///
    /// - Complexity: O(n) in the message's size, each time.
    public var defects: [Defect] {
        var audit = Audit(limit: tree.limits.defects, found: tree.defects)
        octets.withUnsafeBytes { audit.lines(of: $0) }
        for part in parts where part.isInOriginal {
            audit.header(of: part, limits: tree.limits)
            audit.body(of: part)
        }
        return audit.found
    }
}
