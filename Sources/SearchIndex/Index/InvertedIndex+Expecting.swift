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

    /// The lowest sequence that was announced and has not been added; `nil` if there is none.
    package var firstExpected: UInt64? { writer.withLock { $0.expected.min() } }
}
