/// What the index holds and what it has done since it was opened.
package struct IndexStatistics: Sendable, Equatable {
    /// One segment on disk.
    package struct Run: Sendable, Equatable {
        package var file: String
        package var level: Int
        package var octets: Int
        package var mails: Int
        package var dead: Int
        package var users: Int
    }

    /// The segments, oldest first.
    package var runs: [Run] = []
    /// Mails that are in memory only.
    package var levelZeroMails = 0
    /// Octets of memory that level 0 uses.
    package var levelZeroOctets = 0
    /// Up to which store sequence the segments hold everything.
    package var coversThrough: UInt64 = 0
    package var added = 0
    /// Mails that were given again, and left out.
    package var repeated = 0
    /// Pages of the present segments that were read and verified.
    package var pagesVerified = 0
    package var flushes = 0
    package var merges = 0
    /// Octets written to segments and the manifest since the index was opened.
    package var octetsWritten = 0
}
