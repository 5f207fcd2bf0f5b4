package import StageKit

/// What the queue found when it was opened.
package struct RecoveryReport: Sendable {
    /// Messages to deliver.
    package var pending = 0
    /// Messages in quarantine.
    package var quarantined = 0
    /// Messages that were quarantined now, because several attempts at a step had ended the process.
    package var poisoned: [MessageID] = []
    /// What could not be read or is not ours, in the order of the files.
    package var findings: [Finding] = []

    package init() {}

    /// Something in the directory that needs an operator's eye.
    package struct Finding: Sendable, Equatable, CustomStringConvertible {
        /// What sort of thing it is.
        package enum Kind: String, Sendable {
            /// Records that never reached the disk whole: the trace of a crash, nothing acknowledged.
            case torn
            /// Octets that were durable and cannot be read any more.
            case damaged
            /// A segment that should be there.
            case missing
            /// A file that is not the queue's.
            case stranger
            /// Something that the disk refused during recovery.
            case refused
        }

        package var kind: Kind
        /// The file's name, without the directory.
        package var file: String
        /// Where it begins.
        package var offset: Int
        /// How many octets it takes.
        package var count: Int
        /// The messages that were there, as far as they can be told.
        package var messages: [MessageID]
        /// What was done about it, or what the system said.
        package var note: String

        package init(
            _ kind: Kind, file: String, offset: Int = 0, count: Int = 0, messages: [MessageID] = [], note: String = ""
        ) {
            self.kind = kind
            self.file = file
            self.offset = offset
            self.count = count
            self.messages = messages
            self.note = note
        }

        package var description: String {
            var text = "\(kind.rawValue): \(file)"
            if count > 0 { text += ", \(count) octets at \(offset)" }
            if !messages.isEmpty { text += ", messages \(messages.map(\.description).joined(separator: " "))" }
            return note.isEmpty ? text : "\(text) (\(note))"
        }
    }
}
