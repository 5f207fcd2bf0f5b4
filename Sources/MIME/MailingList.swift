/// What the fields of a mailing list say (RFC 2919, RFC 2369).
public struct MailingList: Sendable, Hashable {
    /// The list's id, without angle brackets; `nil` in mail from before List-Id.
    public let id: String?
    /// What stands before the id.
    public let name: String?
    /// Where to post; empty if the list says no, or nothing.
    public let post: [String]
    /// Where to unsubscribe: addresses as URLs, best first.
    public let unsubscribe: [String]
    /// Whether a POST to the URL unsubscribes without a question (RFC 8058).
    public let unsubscribesWithOneClick: Bool
    /// Where to subscribe.
    public let subscribe: [String]
    /// Where to get help.
    public let help: [String]
    /// Where to reach the owner.
    public let owner: [String]
    /// Where the archive is.
    public let archive: [String]
}

extension ParsedMessage {
    /// The ``MailingList/id`` alone.
    public var mailingListID: String? { header["list-id"]?.withValue(ListFields.id).id }

    /// What the header says of the mailing list that the message came through; `nil` if it came through none.
    public var mailingList: MailingList? {
        let names = [
            "list-id", "list-post", "list-unsubscribe", "list-subscribe", "list-help", "list-owner", "list-archive",
        ]
        guard names.contains(where: { header[$0] != nil }) else { return nil }
        func urls(_ name: String) -> [String] { header[name]?.withValue(ListFields.urls) ?? [] }
        let id = header["list-id"]?.withValue(ListFields.id)
        let click = header["list-unsubscribe-post"]?.value.lowercased()
        return MailingList(
            id: id?.id, name: id?.name, post: urls("list-post"), unsubscribe: urls("list-unsubscribe"),
            unsubscribesWithOneClick: click == "list-unsubscribe=one-click", subscribe: urls("list-subscribe"),
            help: urls("list-help"), owner: urls("list-owner"), archive: urls("list-archive"))
    }
}

/// Reads the values of list fields.
private enum ListFields {
    /// The URLs in angle brackets, without blanks (RFC 2369, section 2); outside of them stand comments only.
    static func urls(_ value: UnsafeRawBufferPointer) -> [String] {
        var cursor = Cursor(value)
        var urls: [String] = []
        while !cursor.isAtEnd {
            cursor.skipComments()
            guard cursor.skip(ASCII.less) else {
                _ = cursor.take { $0 != ASCII.less && $0 != ASCII.openParenthesis }
                continue
            }
            let url = cursor.take { $0 != ASCII.greater }.filter { !ASCII.isBlank($0) }
            _ = cursor.skip(ASCII.greater)
            if !url.isEmpty { urls.append(url.withUnsafeBytes(Charset.guess)) }
        }
        return urls
    }

    /// The id in angle brackets and the phrase before it (RFC 2919, section 3).
    static func id(_ value: UnsafeRawBufferPointer) -> (id: String?, name: String?) {
        guard let id = urls(value).last else {
            let text = FieldText.decode(value)
            return (text.isEmpty ? nil : text, nil)
        }
        let end = value.firstOffset(of: ASCII.less) ?? 0
        let name = PhraseParser.phrases(value.part(0..<end)).joined(separator: ", ")
        return (id, name.isEmpty ? nil : name)
    }
}
