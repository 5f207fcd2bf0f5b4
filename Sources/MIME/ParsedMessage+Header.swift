public import Bytes

extension ParsedMessage {
    /// The subject, unfolded and decoded.
    public var subject: String? { tree.subject.value { header[.subject]?.value } }

    /// The authors.
    public var from: [MailAddress] { tree.from.value { addresses(.from) } }

    /// Who sent the message for its authors.
    public var sender: [MailAddress] { addresses(.sender) }

    /// Where answers shall go.
    public var replyTo: [MailAddress] { addresses(.replyTo) }

    /// The recipients, groups flattened.
    public var to: [MailAddress] { tree.to.value { addresses(.to) } }

    /// The recipients of copies, groups flattened.
    public var cc: [MailAddress] { tree.cc.value { addresses(.cc) } }

    /// The recipients of blind copies, where the field was not removed.
    public var bcc: [MailAddress] { addresses(.bcc) }

    /// When the author finished the message; `nil` without a readable date.
    public var date: Timestamp? { tree.date.value { header[.date]?.date } }

    /// The message id, without angle brackets.
    public var messageID: String? { header[.messageID]?.messageIDs.first }

    /// The ids of the messages that this one answers.
    public var inReplyTo: [String] { header[.inReplyTo]?.messageIDs ?? [] }

    /// The ids of the thread, oldest first.
    public var references: [String] { header[.references]?.messageIDs ?? [] }

    /// The mailboxes of all fields of a name: one field is allowed, but recipients in a second one are recipients too.
    private func addresses(_ field: KnownField) -> [MailAddress] {
        header.all(field).flatMap(\.addresses)
    }
}
