/// What a part's header says of its body, read once because everybody asks for it.
struct PartDescription: Sendable {
    /// The declared type; `nil` without a readable one.
    var mediaType: MediaType?
    /// The charset of a text's label.
    var charset = Charset.unknown
    var disposition: Disposition?
    var encoding = TransferEncoding.sevenBit
}
