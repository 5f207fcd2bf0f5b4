/// The numbers of the segment format, which <doc:Format> shows as a whole.
///
/// On disk; never renumber.
enum SegmentLayout {
    /// `SLUICESG` in the order of its octets.
    static let magic: UInt64 = 0x4753_4543_4955_4C53
    static let version: UInt32 = 4
    static let headerSize = 16
    static let footerSize = 64
    /// What one checksum covers: large enough to cost 0.006 % of the file, small enough to verify in microseconds.
    static let pageSize = 65_536
    /// Terms in a dictionary block: half of them are read to find one.
    static let termsPerBlock = 64
    /// Terms whose lists are stepped over at once: a tenth of an octet for each term saves most of the time of finding one.
    static let termsPerSkip = 16
    /// Mails in a block of a list.
    static let mailsPerBlock = 128
    /// From so many mails on a list is packed: below, headers cost more than they save.
    static let packedFrom = 24
    /// Short lists up to so many bits stand in the dictionary itself: longer ones would be stepped over too often.
    static let inlineLimit = 384
    /// One block of a list in its table: last row, where its mails and where its positions begin.
    static let skipEntrySize = 12
    /// The most that stands before the words of a dictionary block: a count and three numbers.
    static let blockHeaderSize = 31
    /// One dictionary block in the index of a user.
    ///
    /// The first eight octets of its first key (8), and where it begins in the section (6).
    static let blockEntrySize = 14
    /// One user in the directory.
    static let userEntrySize = 60
    /// A longer key is damage: a field, and a token whose length level 0 keeps in one octet.
    static let maximumKey = 256
    /// A nibble of this value says that the rest of the number follows as a varint.
    static let nibbleLimit = 15
    /// Dates in the columns count seconds, not microseconds.
    static let secondsFlag: UInt8 = 0x80
    static let attachmentBit: UInt8 = 1

    /// The end of every segment's name.
    static let suffix = ".segment"

    /// The name of a segment's file.
    static func name(_ id: UInt64) -> String {
        let digits = String(id)
        return String(repeating: "0", count: max(0, 10 - digits.count)) + digits + suffix
    }
}
