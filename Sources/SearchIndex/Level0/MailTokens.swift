/// Cuts a mail into words, its fields one behind the other.
struct MailTokens: TokenSink {
    /// Words that no phrase reaches across stand this far apart.
    static let gap: UInt32 = 8

    private let level: LevelZero
    private let user: UInt32

    /// Notes all words of a mail.
    static func collect(_ mail: IndexedMail, into level: LevelZero) {
        var tokens = Tokenizer(sink: MailTokens(level: level, user: mail.user))
        tokens.take(CollectionOfOne(mail.subject), limit: MailLimits.subject)
        level.fields.from = tokens.position
        tokens.take(mail.from, limit: MailLimits.from)
        level.fields.filename = tokens.position
        tokens.take(mail.attachmentNames, limit: MailLimits.attachmentNames)
        level.fields.body = tokens.position
        tokens.take(CollectionOfOne(mail.body), limit: level.bodyLimit)
        level.fields.to = tokens.position
        tokens.take(mail.to, limit: MailLimits.to)
    }

    private init(level: LevelZero, user: UInt32) {
        self.level = level
        self.user = user
    }

    @inline(__always)
    mutating func take(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, kind: TokenKind, position: UInt32, range: Range<Int>
    ) {
        level.note(user: user, bytes, count, position: position)
    }
}

extension Tokenizer where Sink == MailTokens {
    fileprivate mutating func take(_ texts: some Collection<String>, limit: Int) {
        var rest = limit
        for text in texts where rest > 0 {
            run(text, limit: rest)
            rest -= min(rest, text.utf8.count)
            skip(MailTokens.gap)
        }
    }
}
