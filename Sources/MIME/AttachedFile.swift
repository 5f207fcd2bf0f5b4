import Bytes

/// A file that came with a message: an attachment, or one that a text or an attachment holds within its octets.
public struct AttachedFile: Sendable {
    /// How the file stands in its part.
    public enum Origin: Sendable, Hashable {
        /// The part is the file.
        case part
        /// The file stands uuencoded in the part's text.
        case uuencode
        /// The part is a TNEF container, such as `winmail.dat`, with the file in it.
        case tnef
    }

    /// The file's name, as its writer gave it; it may have any characters.
    public let name: String?
    /// The type, as declared.
    public let mediaType: MediaType
    /// The content id, without angle brackets.
    public let contentID: String?
    /// The part that is the file or holds it.
    public let part: Part
    /// How it stands there.
    public let origin: Origin
    private let content: Content

    private enum Content: Sendable {
        case part
        case octets([UInt8])
    }

    init(_ part: Part) {
        (self.part, origin, content) = (part, .part, .part)
        (name, mediaType, contentID) = (part.filename, part.mediaType, part.contentID)
    }

    init(in part: Part, _ origin: Origin, name: String?, type: MediaType, contentID: String?, octets: [UInt8]) {
        (self.part, self.origin, content) = (part, origin, .octets(octets))
        (self.name, mediaType, self.contentID) = (name, type, contentID)
    }

    /// The file's octets.
    public func decoded() -> [UInt8] {
        switch content {
        case .part: part.decoded()
        case .octets(let octets): octets
        }
    }
}

extension ParsedMessage {
    /// All files that came with the message: its ``attachments``, but what is in TNEF containers in their place, and the
    /// uuencoded ones in its texts.
    ///
    /// - Complexity: O(n) in the message's size, each time.
    public var files: [AttachedFile] {
        var result: [AttachedFile] = []
        forEachPart { part, place in
            guard place != .withinAttachment else { return }
            let within = part.containedFiles
            result += within.isEmpty && place == .attachment ? [AttachedFile(part)] : within
        }
        return result
    }

    /// The names of all files, wherever they stand: also of parts that are shown, and within forwarded messages.
    public var filenames: [String] { fileOverview.names }

    /// How many ``files`` there are, and all ``filenames``, both of one look at the message.
    ///
    /// - Complexity: O(n) in the message's size, each time.
    public var fileOverview: (count: Int, names: [String]) {
        var count = 0
        var names: [String] = []
        forEachPart { part, place in
            let within = part.containedFiles
            switch place {
            case .attachment: count += max(1, within.count)
            case .shown: count += within.count
            case .withinAttachment: break
            }
            if let name = part.filename { names.append(name) }
            names += within.compactMap(\.name)
        }
        return (count, names)
    }

    /// Where a part stands.
    private enum Place {
        case shown, attachment, withinAttachment
    }

    /// Calls `body` with each part and the place where it stands.
    private func forEachPart(_ body: (Part, Place) -> Void) {
        let attached = attachments
        var next = 0
        for part in parts {
            while next < attached.count, attached[next].subtree.upperBound <= part.index { next += 1 }
            let place: Place =
                if next == attached.count || !attached[next].subtree.contains(part.index) {
                    .shown
                } else {
                    attached[next].index == part.index ? .attachment : .withinAttachment
                }
            body(part, place)
        }
    }
}

extension Part {
    /// The files that stand within the part's own octets: those of a TNEF container, and those uuencoded in a text.
    public var containedFiles: [AttachedFile] {
        guard children.isEmpty, !isMultipart else { return [] }
        let type = mediaType
        if TNEF.isDeclared(type, filename) {
            return (TNEF(decoded())?.files ?? []).map { file in
                AttachedFile(
                    in: self, .tnef, name: file.name,
                    type: file.type ?? MediaType(type: "application", subtype: "octet-stream"),
                    contentID: file.contentID, octets: file.content)
            }
        }
        guard type.type == "text", transferEncoding != .uuencode else { return [] }
        return withDecodedBody { body in
            UUEncoding.files(in: body).map { file in
                AttachedFile(
                    in: self, .uuencode, name: file.name,
                    type: MediaType(type: "application", subtype: "octet-stream"), contentID: nil,
                    octets: UUEncoding.decode(body.part(file.range)))
            }
        }
    }

    /// The decoded body's octets, without a copy where nothing is encoded.
    func withDecodedBody<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        guard transferEncoding.isEncoded else { return octets.withUnsafeBytes(in: bodyRange, body) }
        return decoded().withUnsafeBytes(body)
    }
}
