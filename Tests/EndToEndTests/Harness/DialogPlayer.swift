import SMTPDialogs
import Testing

/// Plays dialogues against a server that runs, and keeps what it has accepted.
struct DialogPlayer {
    private let client: DialogClient
    /// The messages that the server has accepted, with the ids that it gave them.
    private(set) var accepted: [(dialog: String, id: String, content: [UInt8])] = []

    /// Plays on a port; `isEncrypted` is from the first octet on.
    init(port: UInt16, isEncrypted: Bool = false) {
        client = DialogClient(port: Int(port), isEncrypted: isEncrypted)
    }

    /// Plays a dialogue over a connection of its own.
    mutating func play(_ dialog: Dialog) async {
        do {
            accepted += try await client.play(dialog).map { (dialog.name, $0.id, $0.content) }
        } catch {
            Issue.record("\(error)")
        }
    }
}
