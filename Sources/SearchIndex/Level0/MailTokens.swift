/// Cuts a mail into the words of its fields.
struct MailTokens: TokenSink {
    /// Words that no phrase reaches across stand this far apart.
    static let gap: UInt32 = 8

    private let level: LevelZero
    private let user: UInt32
    private var field: Field?
    /// Added to positions of ``Field/any``, which holds all texts after another.
    private var fieldStart: UInt32 = 0

    /// Notes all words of a mail.
    static func collect(_ mail: IndexedMail, into level: LevelZero) {
        var tokens = Tokenizer(sink: MailTokens(level: level, user: mail.user))
        tokens.take(CollectionOfOne(mail.subject), .subject, limit: MailLimits.subject)
        tokens.take(mail.from, .from, limit: MailLimits.from)
        tokens.take(mail.attachmentNames, .filename, limit: MailLimits.attachmentNames)
        tokens.take(CollectionOfOne(mail.body), nil, limit: level.bodyLimit)
        tokens.take(mail.to, .to, limit: MailLimits.to)
    }

    private init(level: LevelZero, user: UInt32) {
        self.level = level
        self.user = user
    }

    mutating func begin(_ field: Field?, at position: UInt32) {
        self.field = field
        fieldStart = position
    }

    @inline(__always)
    mutating func take(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, kind: TokenKind, position: UInt32, range: Range<Int>
    ) {
        level.note(user: user, field: .any, bytes, count, position: position)
        if let field { level.note(user: user, field: field, bytes, count, position: position - fieldStart) }
    }
}

extension Tokenizer where Sink == MailTokens {
    fileprivate mutating func take(_ texts: some Collection<String>, _ field: Field?, limit: Int) {
        sink.begin(field, at: position)
        var rest = limit
        for text in texts where rest > 0 {
            run(text, limit: rest)
            rest -= min(rest, text.utf8.count)
            skip(MailTokens.gap)
        }
    }
}
