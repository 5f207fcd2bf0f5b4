/// How a part wants to be shown (RFC 2183).
public struct Disposition: Sendable, Hashable {
    /// The kind, in lower case: `inline`, `attachment`, or a word that counts as `attachment`.
    public let kind: String
    /// The parameters by their names in lower case, decoded (RFC 2231).
    public let parameters: [String: String]

    /// Whether the part is to be shown with the text.
    public var isInline: Bool { kind == "inline" }

    /// Reads the value of a Content-Disposition field; `nil` if it names no kind.
    init?(parsing value: UnsafeRawBufferPointer, limits: ParsingLimits) {
        let parsed = ParameterParser.media(value, limits: limits)
        guard !parsed.type.isEmpty else { return nil }
        kind = parsed.type
        parameters = parsed.decodedParameters.mapValues(\.value)
    }
}
