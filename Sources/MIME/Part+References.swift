/// A body that stands elsewhere, as a part says (RFC 2046, section 5.2.3).
public struct ExternalBody: Sendable, Hashable {
    /// How it is reached, in lower case, such as `anon-ftp` or `url` (RFC 2017).
    public let accessType: String
    /// What else the type says, such as `site` and `name`.
    public let parameters: [String: String]
}

/// The place of a part in a message that was cut up (RFC 2046, section 5.2.2).
public struct MessageFragment: Sendable, Hashable {
    /// What all fragments of a message have in common.
    public let id: String
    /// The place, from one; zero if it is not said.
    public let number: Int
    /// How many there are; `nil` if this one does not say.
    public let total: Int?
}

extension Part {
    /// Where the body stands, if it is not here; who follows this fetches what no filter has seen.
    public var externalBody: ExternalBody? {
        let type = mediaType
        guard type.type == "message", type.subtype == "external-body" else { return nil }
        return ExternalBody(
            accessType: type.parameters["access-type"]?.lowercased() ?? "", parameters: type.parameters)
    }

    /// Which fragment of a message this is; none is put together here, so that nothing passes in pieces.
    public var fragment: MessageFragment? {
        let type = mediaType
        guard type.type == "message", type.subtype == "partial" else { return nil }
        return MessageFragment(
            id: type.parameters["id"] ?? "", number: type.parameters["number"].flatMap { Int($0) } ?? 0,
            total: type.parameters["total"].flatMap { Int($0) })
    }

    /// The part of a multipart/related that is shown, to which the others belong (RFC 2387, section 3.2).
    public var relatedRoot: Part? {
        guard isMultipart, mediaType.subtype == "related" else { return nil }
        let members = children.map { Part(tree: tree, index: $0) }
        if let start = mediaType.parameters["start"] {
            let id = start.filter { $0 != "<" && $0 != ">" }
            if let root = members.first(where: { $0.contentID == id }) { return root }
        }
        return members.first
    }
}

extension ParsedMessage {
    /// The part that a `cid:` or `mid:` URL means, or a bare content id (RFC 2392).
    public func part(forURL url: String) -> Part? {
        var id = Array(url.utf8)
        let isMessage = id.withUnsafeBytes { $0.hasPrefixIgnoringCase("mid:") }
        if isMessage || id.withUnsafeBytes({ $0.hasPrefixIgnoringCase("cid:") }) { id.removeFirst(4) }
        if isMessage, let slash = id.firstIndex(of: ASCII.slash) {
            // `mid:message/part` is of use only if it means this message.
            guard messageID == Self.text(id[..<slash]) else { return nil }
            id.removeSubrange(...slash)
        } else if isMessage {
            return messageID == Self.text(id[...]) ? root : nil
        }
        let wanted = Self.text(id[...])
        return parts.first { $0.contentID == wanted }
    }

    private static func text(_ octets: ArraySlice<UInt8>) -> String {
        String(decoding: ParameterParser.Media.percentDecoded(Array(octets)), as: UTF8.self)
    }
}
