package import StageKit

/// A test in a pipeline file: a message, and what should become of it.
package struct TestCase: Sendable, Hashable {
    /// What it shows, in words.
    package let name: String
    /// The message's file, relative to the pipeline file.
    package let message: String
    /// The client's address, if the file says one.
    package let client: String?
    /// The HELO name, if the file says one.
    package let helo: String?
    /// The reverse-path, if the file says one.
    package let sender: String?
    /// The recipients, if the file says any.
    package let recipients: [String]?
    /// The code of the SMTP reply that ends the transaction.
    package let reply: Int?
    /// How many messages are in the queue afterwards.
    package let queued: Int?
    /// Where the test stands.
    package let location: SourceLocation
}
