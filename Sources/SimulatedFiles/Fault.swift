/// What goes wrong at an operation.
package enum Fault: Sendable, Hashable {
    /// The power fails during it; it and everything after it fail.
    case crash
    /// It fails with `EIO`; of a write a part may have happened, and after a failed synchronisation nothing that was
    /// written since the last one counts, though it can still be read.
    case inputOutput
    /// It fails with `ENOSPC`; of a write a part may have happened.
    case outOfSpace
    /// It fails with `EROFS`, and nothing happens.
    case readOnly

    var code: Int32 {
        switch self {
        case .crash, .inputOutput: 5
        case .outOfSpace: 28
        case .readOnly: 30
        }
    }
}

/// A sort of operation that changes something.
package enum OperationKind: Sendable, Hashable {
    case create, write, allocate, truncate, synchronize, rename, remove, synchronizeDirectory
}

/// What a power failure does to that which was not made durable.
package enum Loss: Sendable, Hashable, CaseIterable {
    /// All of it is lost.
    case everything
    /// None of it: what the end of the process alone does.
    case nothing
    /// Some writes are lost and others, even later ones, are not; some names too.
    case someWrites
    /// Some writes are lost, and others arrive in part, by sectors of 512 octets.
    case someSectors
    /// Some writes are lost, and others arrive in part, cut at any octet.
    case someOctets
    /// Writes arrive in full, names do not.
    case names
}
