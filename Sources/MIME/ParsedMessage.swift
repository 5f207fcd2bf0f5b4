public import Bytes

/// A message that has been taken apart; copies share what was found.
///
/// Parsing finds headers and parts. Subject, authors, recipients, date and the list of attachments are decoded at the
/// first use, for all copies; names, texts and bodies whenever they are asked for, so keep what is needed twice. Nothing
/// here throws: what is wrong with a message is in ``defects``.
public struct ParsedMessage: Sendable {
    let tree: ParseTree

    /// Takes a message apart.
    ///
    /// - Complexity: O(n) in its size.
    public init(parsing octets: Octets, limits: ParsingLimits = .standard) {
        tree = StructureParser.parse(octets, limits: limits)
    }

    /// The message.
    public var octets: Octets { tree.sources[0] }

    /// All parts; a part comes before the parts within it, and the first is the message itself.
    public var parts: [Part] { tree.parts.indices.map { Part(tree: tree, index: $0) } }

    /// The message itself as a part.
    public var root: Part { Part(tree: tree, index: 0) }

    /// The message's own header fields.
    public var header: Header { root.header }
}
