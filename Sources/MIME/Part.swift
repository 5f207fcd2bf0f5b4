public import Bytes

/// One part of a message: the whole of it, a member of a multipart, or a message within.
public struct Part: Sendable {
    let tree: ParseTree
    /// The part's place in ``ParsedMessage/parts``.
    public let index: Int

    private var record: PartRecord { tree.parts[index] }

    /// The part that holds this one; `nil` for the message itself.
    public var parent: Int? { record.parent }

    /// What the part's ranges count in: the message, or what an encoded container around the part decodes to.
    public var octets: Octets { tree.sources[record.source] }

    /// Whether the part's ranges count in the message's own octets, which is not so within encoded containers.
    public var isInOriginal: Bool { record.source == 0 }

    /// The part's header fields.
    public var header: Header { Header(tree: tree, source: record.source, range: record.fields) }

    /// The header in octets, without the empty line after it.
    public var headerRange: Range<Int> { record.header }

    /// The body as it is written, in octets, without the line end that belongs to a delimiter after it.
    public var bodyRange: Range<Int> { record.body }

    /// The places of this part and all parts within it in ``ParsedMessage/parts``.
    public var subtree: Range<Int> { index..<max(record.subtreeEnd, index + 1) }

    /// The places of the parts directly within this one.
    public var children: [Int] {
        var result: [Int] = []
        var child = index + 1
        while child < subtree.upperBound {
            result.append(child)
            child = max(tree.parts[child].subtreeEnd, child + 1)
        }
        return result
    }

    /// Whether the part is put together of others that a boundary separates, as far as its header says.
    public var isMultipart: Bool { record.content == .multipart }

    /// Whether the part holds a message with a header of its own.
    public var isMessage: Bool { record.content == .message || record.content == .encodedMessage }

    /// The type; without a readable one `text/plain`, or `message/rfc822` in a digest.
    public var mediaType: MediaType {
        if let declared = record.description.mediaType { return declared }
        return record.isMessageByDefault ? MediaType(type: "message", subtype: "rfc822") : .plainText
    }

    /// How the part wants to be shown; `nil` if it does not say.
    public var disposition: Disposition? { record.description.disposition }

    /// The file name: of the disposition, or else of the type.
    public var filename: String? {
        for name in [disposition?.parameters["filename"], mediaType.parameters["name"]] {
            if let name, !name.isEmpty { return name }
        }
        return nil
    }

    /// The content id, without angle brackets (RFC 2392).
    public var contentID: String? { header[.contentID]?.messageIDs.first }

    /// How the body is written.
    public var transferEncoding: TransferEncoding { record.description.encoding }

    /// The size of the body as it is written, in octets.
    public var encodedSize: Int { record.body.count }

    /// The body's octets, decoded; of a multipart or message, as they are written.
    public func decoded() -> [UInt8] {
        let encoding = isMultipart || record.content == .message ? .binary : transferEncoding
        return octets.withUnsafeBytes(in: record.body) { encoding.decode($0) }
    }

    /// The body's text in its charset; without a known one, or with one that cannot be, UTF-8 if it is valid, else
    /// Windows-1252.
    public func decodedText() -> String { withDecodedBody(charset.decode) }

    /// The text without the files that are uuencoded in it.
    func textWithoutFiles() -> String {
        withDecodedBody { body in
            let files = transferEncoding == .uuencode ? [] : UUEncoding.files(in: body)
            guard !files.isEmpty else { return charset.decode(body) }
            var text: [UInt8] = []
            text.reserveCapacity(body.count)
            var position = 0
            for file in files {
                text.append(contentsOf: body.part(position..<file.range.lowerBound))
                position = file.range.upperBound
            }
            text.append(contentsOf: body.part(position..<body.count))
            return charset.decode(text)
        }
    }

    var charset: Charset { record.description.charset }
}
