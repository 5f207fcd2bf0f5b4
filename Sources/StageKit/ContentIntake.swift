public import Bytes

/// The content of one large message on its way in, piece by piece, to where it is kept without using memory.
///
/// The pieces follow each other: the next comes when the last is taken. It ends with ``accept(_:endingWith:)`` or
/// ``abandon()``; one that is simply dropped is abandoned.
public protocol ContentIntake: Sendable {
    /// Takes a piece; it is not durable yet.
    ///
    /// After a refusal (4yz or 5yz) nothing is kept of the message.
    func append(_ piece: Octets) async -> PhaseResult

    /// Takes the last piece, then accepts the message with the whole content, as ``Entrance/accept(_:)`` does.
    func accept(_ message: Message, endingWith rest: Octets) async -> Acceptance

    /// Lets everything go; at any time, even while a piece is being taken. Twice is fine, and after
    /// ``accept(_:endingWith:)`` it changes nothing.
    func abandon()
}
