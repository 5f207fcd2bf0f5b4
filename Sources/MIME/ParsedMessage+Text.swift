extension ParsedMessage {
    /// All text that a reader sees, parts separated by empty lines.
    ///
    /// Of alternatives the plain one is taken, or the text of the HTML where there is no other; messages within are read too.
    /// A mail whose text stands in TNEF containers alone has that.
    public var text: String {
        var pieces: [String] = []
        collectText(of: root, into: &pieces)
        let isBlank = pieces.allSatisfy { piece in piece.utf8.allSatisfy(ASCII.isBlank) }
        if isBlank {
            let contained = parts.compactMap(\.tnefText)
            if !contained.isEmpty { pieces = contained }
        }
        return pieces.joined(separator: "\n\n")
    }

    /// The first HTML body that a reader sees.
    public var html: String? { htmlPart?.decodedText() }

    /// Whether a reader sees an HTML body.
    public var hasHTML: Bool { htmlPart != nil }

    private var htmlPart: Part? { parts.first { $0.isReadableText && $0.mediaType.subtype == "html" } }

    /// What a user would call an attachment; no two overlap, and all stand in the message's own octets.
    ///
    /// A message that is attached, or that is encoded, is one attachment, whatever is within.
    public var attachments: [Part] {
        tree.attachments.value(findAttachments).map { Part(tree: tree, index: $0) }
    }

    private func findAttachments() -> [Int] {
        var result: [Int] = []
        var index = 0
        while index < tree.parts.count {
            let part = Part(tree: tree, index: index)
            if part.isAttachment {
                result.append(index)
                index = part.subtree.upperBound
            } else {
                index += 1
            }
        }
        return result
    }

    /// Adds a part's text.
    ///
    /// Recursion is bounded by ``ParsingLimits/depth``.
    private func collectText(of part: Part, into pieces: inout [String]) {
        let children = part.children.map { Part(tree: tree, index: $0) }
        if children.isEmpty {
            if let text = leafText(part), !text.isEmpty { pieces.append(text) }
        } else if part.isMultipart, part.mediaType.subtype == "alternative" {
            collectBestAlternative(children, into: &pieces)
        } else {
            for child in children { collectText(of: child, into: &pieces) }
        }
    }

    /// Adds the plain alternative unless it is blank, else the last one that has text.
    private func collectBestAlternative(_ children: [Part], into pieces: inout [String]) {
        for child in children where child.isReadableText && child.mediaType.subtype == "plain" {
            let text = child.textWithoutFiles()
            guard text.utf8.contains(where: { !ASCII.isBlank($0) }) else { continue }
            pieces.append(text)
            return
        }
        for child in children.reversed() {
            var own: [String] = []
            collectText(of: child, into: &own)
            if !own.isEmpty {
                pieces += own
                return
            }
        }
    }

    private func leafText(_ part: Part) -> String? {
        // A multipart whose parts were not found is shown as it stands by those who do not look for them either.
        if part.isMultipart { return part.decodedText() }
        guard part.isReadableText else { return nil }
        let text = part.textWithoutFiles()
        return part.mediaType.subtype == "html" ? HTMLText.text(fromHTML: text) : text
    }
}
