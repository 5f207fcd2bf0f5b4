import Synchronization

extension InvertedIndex {
    /// Announces mails that are about to be added: until they are, the index promises nothing from the lowest on.
    ///
    /// So a mail whose adding fails, and is given up, is given again by the caller after the next start.
    ///
    /// - Throws: What the disk says when a promise has to be taken back; the mails are expected all the same.
    package func expect(_ sequences: [UInt64]) throws(IndexError) {
        let isOwing = writer.withLock { state in
            state.expected.formUnion(sequences)
            if let late = sequences.filter({ $0 <= state.coversThrough }).min() {
                state.owed = min(state.owed ?? .max, late)
            }
            return state.owed != nil
        }
        if isOwing { try takeBack() }
    }

    /// The lowest sequence that was announced and has not been added; `nil` if there is none.
    package var firstExpected: UInt64? { writer.withLock { $0.expected.min() } }
}
