/// A message's content that stands in a file of its own, as the journal refers to it.
struct SpooledContent: Sendable, Equatable {
    /// How many octets the file has.
    var count: Int
    /// Their CRC-32C.
    var checksum: UInt32
}
