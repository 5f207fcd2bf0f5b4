extension Part {
    /// Whether a reader would call the part an attachment.
    ///
    /// That is every leaf that is not shown as text, whatever it claims to be, and text that asks to be a file:
    /// by its disposition, or by a name when other parts come before it.
    public var isAttachment: Bool {
        let disposition = disposition
        let asksForFile = disposition.map { !$0.isInline } ?? false
        guard !isMultipart, !isProtectionControl else { return false }
        if isMessage { return asksForFile || tree.parts[index].content == .encodedMessage }
        if asksForFile { return true }
        let type = mediaType
        switch type.type {
        case "text": return !Self.readableText.contains(type.subtype) || (isNamed && !isFirst && disposition == nil)
        case "message": return !Self.reports.contains(type.subtype)
        default: return true
        }
    }

    /// Whether the part is meant to be shown within the text, such as a picture that HTML refers to.
    public var isInline: Bool {
        if let disposition { return disposition.isInline }
        guard let parent else { return false }
        return contentID != nil && Part(tree: tree, index: parent).mediaType.subtype == "related"
    }

    /// Whether the part is text that belongs to what a reader sees.
    var isReadableText: Bool {
        guard !isMultipart, !isMessage, !isAttachment else { return false }
        return mediaType.type == "text"
    }

    private static let readableText: Set<String> = [
        "plain", "html", "enriched", "richtext", "rfc822-headers", "x-amp-html", "watch-html", "markdown", "",
    ]
    private static let reports: Set<String> = [
        "delivery-status", "global-delivery-status", "disposition-notification", "global-disposition-notification",
        "feedback-report", "tracking-status", "global-headers",
    ]

    private var isNamed: Bool { filename != nil }

    private var isFirst: Bool { parent == nil || parent == index - 1 }
}
