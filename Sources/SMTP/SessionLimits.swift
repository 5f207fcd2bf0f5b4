/// The limits of a session that no pipeline file changes.
package enum SessionLimits {
    /// A command line with its line end: four times the least of RFC 5321, section 4.5.3.1.4, so that the parameters of
    /// all extensions fit.
    package static let commandLine = 2_048
    /// A line of an AUTH exchange with its line end (RFC 4954, section 4).
    package static let authenticationLine = 12_288
    /// The rounds of an AUTH exchange; SCRAM needs three.
    package static let authenticationRounds = 8
    /// So much of a longer line is skipped before the connection is closed: nobody sends this by mistake.
    package static let skippedLine = 1_048_576
    /// A chunk that is refused is read to its end, so that both sides agree where the next command begins; nobody
    /// means a larger one.
    package static let skippedChunk = 1 << 30
    /// Input that may wait while a decision is pending: more than the kernel hands over between two pauses, and more
    /// than any pipelined group of commands.
    package static let waitingInput = 1_048_576
    /// The argument of HELO or EHLO: a domain (RFC 5321, section 4.5.3.1.2).
    package static let hello = 255
    /// ENVID as written (RFC 3461, section 4.4).
    package static let envelopeID = 100
    /// ORCPT as written (RFC 3461, section 4.2).
    package static let originalRecipient = 500
    /// A reply line with its line end (RFC 5321, section 4.5.3.1.5).
    package static let replyLine = 512
    /// `Received:` fields after which a message is in a loop (RFC 5321, section 6.3).
    package static let hops = 100
    /// A message up to this size is handed over whole, so that usual mail takes the short way; of a larger one, this much
    /// is the first piece.
    package static let wholeMessage = 131_072
    /// A further piece of a large message: large enough that handing it over costs little beside writing it, and small
    /// enough that with the input that waits meanwhile a session stays below 256 KB.
    package static let piece = 65_536
    /// The memory that a SIZE parameter or the size of a chunk alone reserves at most; the rest grows with what really
    /// arrives.
    package static let reservedForDeclaredSize = 65_536
}
