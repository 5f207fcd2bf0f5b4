import Synchronization

extension InvertedIndex {
    /// Announces mails that are about to be added: until they are, the index promises nothing from the lowest on.
    ///
    /// So a mail whose adding fails, and is given up, is given again by the caller after the next start.
    ///
    /// - Throws: What the disk says when a promise has to be taken back; the mails are expected all the same.
    package func expect(_ sequences: [UInt64]) throws(IndexError) {
        let lowest = sequences.min()
        writer.withLock { $0.expected.formUnion(sequences) }
        if let lowest { try takeBack(to: lowest) }
    }

    /// The sequences up to a place that were announced and have not been added, in order.
    package func expected(through last: UInt64) -> [UInt64] {
        writer.withLock { $0.expected.filter { $0 <= last } }.sorted()
    }

    /// Takes back announcements of what has turned out to be no mail, or none any more.
    package func dismiss(_ sequences: [UInt64]) {
        writer.withLock { $0.expected.subtract(sequences) }
    }
}
