import CBytes

/// How the C library's allocator deals with memory that was given back.
enum Allocation {
    /// Has it keep some for the next messages: what goes back to the system with each lull must be asked for again, page
    /// by page, with the next surge.
    static func keepForNextMessages() {
        sluice_tune_allocator(kept, asked, mapped)
    }

    /// Octets at the end of each arena, of which there are a few: what a few thousand usual messages take.
    private static let kept: Int32 = 32 << 20
    /// Octets that are asked for at once.
    private static let asked: Int32 = 1 << 20
    /// Octets from which on a piece is mapped by itself and goes back at once; the allocator adapts this no more.
    private static let mapped: Int32 = 1 << 20
}
