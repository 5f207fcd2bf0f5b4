/// What a query asks for, as a tree.
indirect enum Expression: Sendable, Equatable {
    /// Every mail.
    case everything
    /// No mail: what a word without letters and digits asks for.
    case nothing
    case words(WordSequence)
    case filter(Filter)
    case all([Expression])
    case any([Expression])
    case not(Expression)
}

/// Words that have to stand one behind the other in a field; often only one.
struct WordSequence: Sendable, Equatable {
    struct Word: Sendable, Equatable {
        /// The folded octets.
        var token: [UInt8]
        /// Whether longer words that begin so are meant as well.
        var isPrefix: Bool
    }

    var field: Field
    var words: [Word]
}

/// A condition that is looked up for each mail.
enum Filter: Sendable, Equatable {
    case has(MailFlags)
    case hasAttachment
    case mailbox(MailboxReference)
    /// Before a moment, in microseconds.
    case before(Int64)
    /// At or after a moment, in microseconds.
    case since(Int64)
    case larger(Int)
    case smaller(Int)
}

/// A mailbox as a query names it.
enum MailboxReference: Sendable, Equatable {
    case named(String)
    case resolved(UInt32)
    /// No mailbox of the user has the name.
    case missing
}
