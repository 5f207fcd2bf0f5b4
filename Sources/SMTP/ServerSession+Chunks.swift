extension ServerSession {
    /// The octets of one BDAT command (RFC 3030, section 2).
    struct Chunk {
        /// How many octets it has.
        var size = 0
        /// How many of them are still to come.
        var remaining = 0
        /// Whether the message ends with it.
        var isLast = false
        /// Why it is read only to be forgotten; `nil` if it is kept.
        var refusal: Reply?
        /// The state to go back to.
        var origin = State.ready
    }

    /// BDAT.
    ///
    /// Whatever the reply will be, the octets are read first: they must not be taken for commands. Where their number
    /// is not known there is no way to go on.
    mutating func beginChunk(_ argument: ArraySlice<UInt8>) -> Step? {
        guard let (size, isLast) = Self.chunkArguments(argument) else { return end(.chunkSyntax) }
        guard size <= max(SessionLimits.skippedChunk, configuration.messageLimit) else { return end(.messageTooLarge) }
        chunk = Chunk(size: size, remaining: size, isLast: isLast, refusal: nil, origin: state)
        if state == .refused {
            chunk.refusal = .connectionRefused
        } else if !isExtended, state != .unidentified {
            chunk.refusal = .notImplemented
        } else if let refusal = refusalOfContent {
            chunk.refusal = refusal
        } else {
            beginKeptChunk()
        }
        state = .chunk
        return size == 0 ? endOfChunk() : nil
    }

    private mutating func beginKeptChunk() {
        if !isChunked {
            let expected = min(max(parameters.size ?? 0, chunk.size), SessionLimits.reservedForDeclaredSize)
            buffer = MessageBuffer(limit: configuration.messageLimit, expecting: expected)
            isChunked = true
        }
        // Nothing of a message that cannot fit need be kept.
        if chunk.size > configuration.messageLimit - min(buffer.total, configuration.messageLimit) {
            chunk.refusal = .messageTooLarge
            buffer.discard()
        }
    }

    /// Takes octets of the chunk in.
    mutating func processChunk(_ input: UnsafeRawBufferPointer) -> (consumed: Int, Step?) {
        let part = UnsafeRawBufferPointer(rebasing: input.prefix(min(chunk.remaining, SessionLimits.piece)))
        chunk.remaining -= part.count
        if chunk.refusal == nil {
            if parameters.body == .binaryMIME {
                buffer.append(part)
            } else {
                lineEnds.decode(part, into: &buffer)
            }
            // The end of a message goes with the message.
            if chunk.remaining > 0 || !chunk.isLast, let step = handOver() { return (part.count, step) }
        } else {
            buffer.skip(part.count)
        }
        return (part.count, chunk.remaining == 0 ? endOfChunk() : nil)
    }

    /// Answers a chunk that has come whole.
    mutating func endOfChunk() -> Step? {
        progress += 1
        let chunk = chunk
        state = chunk.origin
        guard let refusal = chunk.refusal else {
            guard chunk.isLast else {
                return buffer.isOverflowing ? failChunk(.messageTooLarge, chunk) : say(.chunkOK(chunk.size))
            }
            lineEnds.finish(into: &buffer)
            return endOfContent(hasBareNewline: lineEnds.hasBareNewline)
        }
        return failChunk(refusal, chunk)
    }

    /// Refuses a chunk; the message it belongs to is over with it, so that the chunks behind it are refused, too.
    private mutating func failChunk(_ refusal: Reply, _ chunk: Chunk) -> Step? {
        guard state == .transaction, isChunked else { return fail(refusal) }
        if chunk.isLast { return loseMessage(refusal) }
        lostContent = LostContent(octets: buffer.received, reply: refusal, isWhole: false)
        reset()
        return fail(refusal)
    }

    /// A number, and perhaps LAST.
    private static func chunkArguments(_ argument: ArraySlice<UInt8>) -> (size: Int, isLast: Bool)? {
        let words = argument.split(separator: 0x20)
        guard let number = words.first, (1...20).contains(number.count),
            number.allSatisfy({ (0x30...0x39).contains($0) }), words.count <= 2,
            words.count == 1 || words[1].elementsEqual("LAST".utf8, by: { $0 & 0xDF == $1 })
        else { return nil }
        return (Int(String(decoding: number, as: UTF8.self)) ?? .max, words.count == 2)
    }
}
