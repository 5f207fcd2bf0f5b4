/// What a search found.
package struct SearchResult: Sendable, Equatable {
    /// How many mails the query finds in all.
    package enum Count: Sendable, Equatable {
        case exactly(Int)
        /// At least so many; ``InvertedIndex/count(user:query:)`` counts them all.
        case atLeast(Int)
    }

    /// The numbers of the mails, newest first.
    package var numbers: [UInt32]
    package var count: Count
    /// What to give as `before` for the next page; nil if there is none.
    package var next: UInt32?
}
