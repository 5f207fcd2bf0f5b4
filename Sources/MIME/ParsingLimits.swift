/// How much of a message is taken apart; beyond a limit the rest is kept as it is and a ``Defect`` says so.
public struct ParsingLimits: Sendable, Hashable {
    /// Containers within containers.
    ///
    /// Real mail stays below ten, even forwarded many times; delimiter search costs this factor.
    public var depth: Int
    /// Parts of a whole message.
    ///
    /// Digests of busy lists come to some hundreds; each part costs memory of its own.
    public var parts: Int
    /// Octets of one header.
    ///
    /// Postfix and Exim stop at 100 KB and 1 MB; the largest seen in real mail is about 200 KB.
    public var headerOctets: Int
    /// Fields in one header.
    ///
    /// Long relay chains with trace and signature fields stay below 300.
    public var fields: Int
    /// Parameters in one field.
    ///
    /// RFC 2231 continuations of a 255-character name in UTF-8 need about 20.
    public var parameters: Int
    /// Octets decoded to look into encoded containers, in all; what is larger is no message but an archive.
    public var decodedOctets: Int
    /// How many times its own size a message may decode to within encoded containers, in all.
    ///
    /// One encoded message needs less than once; quoted-printable in quoted-printable would cost its size each time.
    public var expansion: Int
    /// Defects that are listed; a broken message has thousands alike.
    public var defects: Int

    /// Limits that no honest mail meets.
    public static let standard = ParsingLimits()

    /// The standard limits, or others.
    public init(
        depth: Int = 50, parts: Int = 10_000, headerOctets: Int = 1_000_000, fields: Int = 5_000,
        parameters: Int = 200, decodedOctets: Int = 100_000_000, expansion: Int = 3, defects: Int = 200
    ) {
        self.depth = depth
        self.parts = parts
        self.headerOctets = headerOctets
        self.fields = fields
        self.parameters = parameters
        self.decodedOctets = decodedOctets
        self.expansion = expansion
        self.defects = defects
    }
}
