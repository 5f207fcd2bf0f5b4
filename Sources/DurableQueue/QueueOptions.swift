package import Bytes

/// The sizes and limits of a queue.
package struct QueueOptions: Sendable {
    /// How large a segment of the journal is made.
    ///
    /// Smaller ones free space sooner and are sooner used again, which spares the disk making new space; larger ones are
    /// begun less often.
    package var segmentSize = ByteCount(octets: 16 << 20)
    /// How many messages may be pending or in quarantine: about 1 KB of memory each.
    package var messageLimit = 1_000_000
    /// How much mail may be pending or in quarantine.
    package var octetLimit = ByteCount(octets: 64 << 30)
    /// How much of the disk large messages leave free, so that what was accepted can be delivered and its outcomes be
    /// written: the stores share the disk.
    package var diskReserve = ByteCount(octets: 64 << 20)
    /// How much mail is kept in memory, so that what is delivered at once is never read back.
    package var cacheLimit = ByteCount(octets: 64 << 20)
    /// How much mail one claim hands out at most; a single larger message is handed out alone.
    package var claimLimit = ByteCount(octets: 32 << 20)
    /// Up to this size content goes into the journal even if it came in through a ``Spool``.
    ///
    /// One synchronisation then serves many such messages, where a file of its own costs each two: two to four times as
    /// many a second at 200 KB. At 1 MB nothing is won any more, and others of the group would wait for the octets.
    package var recordedContent = ByteCount(octets: 512 << 10)
    /// How many attempts at one step may end with the end of the process before the message is quarantined.
    package var attemptLimit = 3

    /// How long outcomes may wait for a synchronisation that the next mail pays for.
    package var outcomeDelay: Duration = .seconds(1)

    package init() {}
}
