/// One step of a pipeline: looks at a message, may change it, and decides where it goes next.
///
/// One instance serves every message of its pipeline concurrently, so a stage holds settings and services but nothing
/// that belongs to a single message. A stage without effects may stand in `session: message:` and in `deliver:`; one
/// with effects only in `deliver:`. The refinements ``ConnectStage``, ``MailStage`` and ``RecipientStage`` open the
/// earlier phases of the SMTP dialogue, ``SessionStage`` closes `deliver:`, ``BatchStage`` serves many messages at once.
///
/// The earlier phases begin on the thread that serves connections, and leave it where they wait first: until then they
/// must be quick.
///
/// In the session the engine first asks for an answer *at once*: to call what may wait takes longer than many an answer
/// takes to find. A stage that never waits is a ``PromptStage`` and need not think of it.
public protocol Stage: Component {
    /// Handles one message.
    ///
    /// After the durable line, `message.recipients` are those whose delivery still needs this step, and the same message
    /// may come again after a crash: effects happen once by (message, recipient, step).
    ///
    /// - Throws: Any error. The engine logs it, undoes the changes to `message`, and tries again later.
    func process(_ message: inout Message, in context: StageContext) async throws -> Verdict

    /// Handles one message without waiting for anything; `nil` where ``process(_:in:)`` has to, with the message left as it
    /// was.
    ///
    /// Where nothing is written for it, it is always `nil`.
    ///
    /// - Throws: Any error, as ``process(_:in:)`` does.
    func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict?
}

extension Stage {
    /// Says that it has to wait.
    public func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? { nil }
}

/// A stage that never waits: it has one function, which is not `async`.
public protocol PromptStage: Stage {
    /// Handles one message, see ``Stage``; it takes little time, since nobody can be cancelled meanwhile.
    ///
    /// - Throws: Any error, as ``Stage/process(_:in:)`` does.
    func process(_ message: inout Message, in context: StageContext) throws -> Verdict
}

extension PromptStage {
    /// Handles one message.
    public func processAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? {
        try process(&message, in: context)
    }
}

/// A stage that may stand in `session: connect:`, before the greeting.
public protocol ConnectStage: Stage {
    /// Judges a connection; `message` has the client's address and nothing else yet.
    ///
    /// Facts set here are part of every message of the connection.
    ///
    /// - Throws: Any error; the client is told to try again later (421).
    func connect(_ message: inout Message, in context: StageContext) async throws -> Verdict
}

/// A stage that may stand in `session: mail:`, at MAIL FROM.
public protocol MailStage: Stage {
    /// Judges a sender; `message` has the client, its HELO name and the reverse-path.
    ///
    /// - Throws: Any error; the client is told to try again later (451).
    func mail(_ message: inout Message, in context: StageContext) async throws -> Verdict

    /// Judges a sender without waiting for anything; `nil` where ``mail(_:in:)`` has to, with the message left as it was.
    ///
    /// - Throws: Any error, as ``mail(_:in:)`` does.
    func mailAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict?
}

extension MailStage {
    /// Says that it has to wait.
    public func mailAtOnce(_ message: inout Message, in context: StageContext) throws -> Verdict? { nil }
}

/// A stage that may stand in `session: recipient:`, at each RCPT TO.
public protocol RecipientStage: Stage {
    /// Judges one recipient, who is not among `message.recipients` yet.
    ///
    /// - Throws: Any error; the client is told to try again later (451).
    func recipient(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) async throws -> Verdict

    /// Judges one recipient without waiting for anything; `nil` where ``recipient(_:of:in:)`` has to, with recipient and
    /// message left as they were.
    ///
    /// - Throws: Any error, as ``recipient(_:of:in:)`` does.
    func recipientAtOnce(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) throws -> Verdict?
}

extension RecipientStage {
    /// Says that it has to wait.
    public func recipientAtOnce(
        _ recipient: inout Recipient, of message: inout Message, in context: StageContext
    ) throws -> Verdict? { nil }
}

/// A stage whose verdict is for a client who waits, and means nothing once the message is accepted: it may stand in
/// `session:` and not in `deliver:`.
public protocol SessionStage: Stage {}

/// A stage that may give the message another content, such as one without forged header fields.
///
/// It stands in `session: message:` only, before anything is stored. What ``Message/with(content:)`` makes is parsed
/// anew at its next use, so it costs nothing where nothing is changed.
public protocol RewritingStage: SessionStage {}

/// A stage that serves many messages at once after the durable line, so that one transaction or one fsync is enough.
public protocol BatchStage: Stage {
    /// How many messages one call takes at most.
    var batchLimit: Int { get }

    /// Handles messages in their order of arrival; returns one verdict for each, in the same order.
    ///
    /// - Throws: Any error. The engine undoes the changes to all messages of the batch and tries each again later.
    func process(_ batch: inout [Message], in context: StageContext) async throws -> [Verdict]
}

extension BatchStage {
    /// Handles one message as a batch of one.
    public func process(_ message: inout Message, in context: StageContext) async throws -> Verdict {
        var batch = [message]
        let verdicts = try await process(&batch, in: context)
        guard let verdict = verdicts.first, let processed = batch.first else {
            throw StageContractViolation("the batch of one message came back empty")
        }
        message = processed
        return verdict
    }
}

/// A stage broke the rules of its contract; the engine treats it as any other error of the stage.
public struct StageContractViolation: Error, CustomStringConvertible {
    /// What the stage did.
    public let description: String

    /// A violation with a text for the operator.
    public init(_ description: String) {
        self.description = description
    }

    /// A stage was asked to work before ``Component/prepare()`` or after ``Component/stop()``.
    public static func unprepared(_ stage: StageName) -> StageContractViolation {
        StageContractViolation("\(stage) was used before it was prepared")
    }
}
