/// The type of a body (RFC 2045, section 5).
public struct MediaType: Sendable, Hashable {
    /// The type before the slash, in lower case.
    public let type: String
    /// The subtype behind the slash, in lower case; empty if there is none.
    public let subtype: String
    /// The parameters by their names in lower case, decoded (RFC 2231); of two with a name, the first.
    public let parameters: [String: String]
    /// The languages of the parameters whose writer named one, by the same names (RFC 2231, section 4).
    public let languages: [String: String]

    /// A media type.
    public init(type: String, subtype: String, parameters: [String: String] = [:]) {
        self.type = type
        self.subtype = subtype
        self.parameters = parameters
        languages = [:]
    }

    /// What a body without a content type is (RFC 2045, section 5.2).
    public static let plainText = MediaType(type: "text", subtype: "plain")

    /// Type and subtype, as in `text/plain`.
    public var essence: String { "\(type)/\(subtype)" }

    /// Reads the value of a Content-Type field; `nil` if it has no type.
    init?(parsing value: UnsafeRawBufferPointer, limits: ParsingLimits) {
        self.init(ParameterParser.media(value, limits: limits))
    }

    /// The type that a field has; `nil` if it has none.
    init?(_ media: ParameterParser.Media) {
        guard !media.type.isEmpty else { return nil }
        let decoded = media.decodedParameters
        type = media.type
        subtype = media.subtype
        parameters = decoded.mapValues(\.value)
        languages = decoded.compactMapValues(\.language)
    }
}
