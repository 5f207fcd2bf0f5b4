package import Bytes

/// How a store is opened.
package struct MailStoreOptions: Sendable {
    /// How long to wait while another process writes.
    package var busyTimeout = Duration.seconds(10)
    /// Connections for readers; each has a cache of its own.
    package var readers = 4
    /// The size that the database may not pass; `nil`: the disk's.
    package var largestSize: ByteCount?
    /// How long the answer that there is no such user is believed, while another process may be adding one.
    package var unknownUserLifetime = Duration.zero

    /// The usual way.
    package init() {}
}
