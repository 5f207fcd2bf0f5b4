/// What a component declares about itself: the source of the check, the reference and the schema.
public struct StageManifest: Sendable {
    /// The word by which pipeline files call it.
    public var name: StageName
    /// One sentence, for lists.
    public var summary: String
    /// The facts it uses; the check sees that somebody provides them earlier, except those it can do without.
    public var reads: [FactDeclaration]
    /// The facts it uses if they are there.
    public var readsIfPresent: [FactDeclaration]
    /// The facts it has always set when it says ``Verdict/proceed``.
    public var provides: [FactDeclaration]
    /// What it changes outside of the message.
    public var effects: Effects
    /// What it keeps on disk that belongs to no message and that a repetition does not spoil; empty if nothing.
    public var keeps: String
    /// How long the engine waits for it where the file does not say.
    public var timeout: Duration
    /// How many calls run at once after the durable line where the file does not say.
    public var concurrency: Int

    /// What a stage changes outside of the message.
    public enum Effects: Sendable, Hashable {
        /// Nothing; the stage may stand on either side of the durable line.
        case none
        /// Something, and the text says what makes a repetition harmless; the stage stands after the durable line.
        case idempotent(by: String)
    }

    /// The time that fits a stage which waits for nothing but memory and a quick disk.
    public static let defaultTimeout: Duration = .seconds(30)

    /// A manifest; everything but name and summary has the value of a stage that only looks.
    public init(
        name: StageName, summary: String, reads: [FactDeclaration] = [], readsIfPresent: [FactDeclaration] = [],
        provides: [FactDeclaration] = [], effects: Effects = .none, keeps: String = "",
        timeout: Duration = defaultTimeout, concurrency: Int = 1
    ) {
        self.name = name
        self.summary = summary
        self.reads = reads
        self.readsIfPresent = readsIfPresent
        self.provides = provides
        self.effects = effects
        self.keeps = keeps
        self.timeout = timeout
        self.concurrency = concurrency
    }
}

/// The word by which pipeline files call a stage: `verify-dkim`, verb first.
public struct StageName: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The word.
    public let description: String

    /// A name written in code.
    public init(stringLiteral value: String) {
        description = value
    }

    /// A name read from a file.
    public init(_ text: String) {
        description = text
    }
}
