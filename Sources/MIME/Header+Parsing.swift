public import Bytes

extension Header {
    /// Reads the header at the start of a message and nothing behind it.
    ///
    /// - Complexity: O(n) in the header's size, whatever follows it.
    public init(ofMessage octets: Octets, limits: ParsingLimits = .standard) {
        let tree = StructureParser.parseHeader(octets, limits: limits)
        self.init(tree: tree, source: 0, range: tree.fields.indices)
    }
}
