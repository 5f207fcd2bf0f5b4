/// What must be shown before a session says 250 to a message.
///
/// The queue's receipt conforms to it where the session meets the pipeline, and nothing else does.
package protocol AcceptanceProof: Sendable {
    /// The name under which the message is known from now on, for the reply and both servers' logs.
    var acceptedName: String { get }
}
