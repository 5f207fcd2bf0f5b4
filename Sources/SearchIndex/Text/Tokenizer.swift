/// Cuts text into the tokens that are indexed and searched for.
///
/// Words are runs of letters or runs of digits, folded (case, width, accents, compatibility forms); scripts written without
/// spaces give overlapping pairs of characters and the last character of each run; mail addresses are given whole besides.
/// Every token has at most ``maximumLength`` octets: a longer one keeps its beginning and ends in a hash of all of it.
struct Tokenizer<Sink: TokenSink>: ~Copyable {
    /// The longest token in octets; keys stay short, and no language has longer words.
    static var maximumLength: Int { 64 }
    /// How far an address reaches to the left of its `@` (RFC 5321, section 4.5.3.1.1).
    static var maximumLocalPart: Int { 64 }
    /// How far an address reaches to the right of its `@` (RFC 5321, section 4.5.3.1.2).
    static var maximumDomain: Int { 255 }

    /// Where the tokens go.
    var sink: Sink
    /// The position of the next word.
    private(set) var position: UInt32 = 0
    private var word = WordBuffer()

    init(sink: Sink) {
        self.sink = sink
    }

    /// Leaves a gap that no phrase reaches across.
    mutating func skip(_ count: UInt32) {
        position += count
    }

    /// Cuts up to `limit` octets of a text; a word that the limit cuts is taken as far as it goes.
    mutating func run(_ text: String, limit: Int) {
        var copy = text
        copy.withUTF8 { utf8 in
            var end = min(limit, utf8.count)
            while end < utf8.count, end > 0, utf8[end] & 0xC0 == 0x80 { end -= 1 }
            run(UnsafeBufferPointer(rebasing: utf8[0..<end]))
        }
    }

    /// Cuts a text of valid UTF-8.
    mutating func run(_ text: UnsafeBufferPointer<UInt8>) {
        guard let base = text.baseAddress else { return }
        var offset = 0
        ASCIITable.withClasses { classes in
            while offset < text.count {
                let byte = base[offset]
                let kind = classes[Int(byte)]
                if kind == ASCIITable.separator {
                    if byte == UInt8(ascii: "@") { takeAddress(base, text.count, at: offset) }
                    offset += 1
                } else if kind == ASCIITable.beyond {
                    offset = runFolded(base, text.count, from: offset)
                } else {
                    offset = runASCII(base, text.count, from: offset, classes)
                }
            }
        }
    }

    /// Takes one run of ASCII letters or digits; goes over to the slow path if something else belongs to it.
    private mutating func runASCII(
        _ base: UnsafePointer<UInt8>, _ count: Int, from start: Int, _ classes: UnsafePointer<UInt8>
    ) -> Int {
        let kind = classes[Int(base[start])]
        var offset = start
        word.reset()
        while offset < count, classes[Int(base[offset])] == kind {
            word.append(base[offset] | (kind == ASCIITable.letter ? 0x20 : 0))
            offset += 1
        }
        if offset < count, classes[Int(base[offset])] == ASCIITable.beyond {
            return runFolded(base, count, from: start)
        }
        emit(.word, start..<offset)
        return offset
    }

    private mutating func emit(_ kind: TokenKind, _ range: Range<Int>) {
        let bytes = word.finish()
        sink.take(bytes, word.count, kind: kind, position: position, range: range)
        position += 1
    }

    // MARK: Other scripts

    /// Takes one run of characters without a separator, with all the rules.
    private mutating func runFolded(_ base: UnsafePointer<UInt8>, _ count: Int, from start: Int) -> Int {
        var reader = ScalarReader(base: base, count: count, offset: start)
        var run = FoldedRun(start: start)
        while true {
            let before = reader.offset
            guard let value = reader.next() else { break }
            let kind = CharacterTable.shared.classification(value)
            if kind == .separator {
                // One at the beginning is stepped over, so that its other octets are not looked at one by one.
                if before > start { reader.offset = before }
                break
            }
            if kind == .ignored {
                run.end = reader.offset
                continue
            }
            CharacterTable.shared.fold(value) { run.pending.append($0) }
            for folded in run.pending { take(folded, before..<reader.offset, &run) }
            run.pending.removeAll(keepingCapacity: true)
        }
        finish(&run)
        return reader.offset
    }

    private mutating func take(_ value: UInt32, _ range: Range<Int>, _ run: inout FoldedRun) {
        let kind = CharacterTable.shared.classification(value)
        switch kind {
        case .ignored: return
        case .separator: return finish(&run)
        case .letter, .digit, .paired:
            if run.kind != kind { finish(&run) }
        }
        if run.kind == nil {
            run.kind = kind
            run.start = range.lowerBound
            word.reset()
        }
        if kind == .paired { return takePaired(value, range, &run) }
        run.end = range.upperBound
        word.append(scalar: value)
    }

    private mutating func takePaired(_ value: UInt32, _ range: Range<Int>, _ run: inout FoldedRun) {
        if let last = run.last, let composed = Composition.compose(last, value) {
            run.last = composed
            run.end = range.upperBound
            return
        }
        shiftPair(&run)
        run.last = value
        run.start = range.lowerBound
        run.end = range.upperBound
    }

    /// Gives the pair that is complete now that its second character can no longer change.
    private mutating func shiftPair(_ run: inout FoldedRun) {
        guard let last = run.last else { return }
        if let first = run.beforeLast {
            word.reset()
            word.append(scalar: first)
            word.append(scalar: last)
            emit(.pair, run.firstStart..<run.end)
        }
        run.beforeLast = last
        run.firstStart = run.start
        run.last = nil
    }

    private mutating func finish(_ run: inout FoldedRun) {
        switch run.kind {
        case .paired?:
            shiftPair(&run)
            if let last = run.beforeLast {
                word.reset()
                word.append(scalar: last)
                emit(.single, run.firstStart..<run.end)
            }
        case .letter?, .digit?:
            if !word.isEmpty { emit(.word, run.start..<run.end) }
        default: break
        }
        run.kind = nil
        run.last = nil
        run.beforeLast = nil
    }

    // MARK: Addresses

    /// Gives the whole address around an `@`, if there is one.
    private mutating func takeAddress(_ base: UnsafePointer<UInt8>, _ count: Int, at sign: Int) {
        var start = sign
        while start > 0, sign - start < Self.maximumLocalPart, ASCIITable.isAtom(base[start - 1]) { start -= 1 }
        var end = sign + 1
        var lastDot = sign
        while end < count, end - sign <= Self.maximumDomain, ASCIITable.isDomain(base[end]) {
            if base[end] == UInt8(ascii: ".") { lastDot = end }
            end += 1
        }
        while end > sign + 1, !ASCIITable.isAlphanumeric(base[end - 1]) {
            end -= 1
            if end == lastDot { lastDot = sign }
        }
        while start < sign, base[start] == UInt8(ascii: ".") { start += 1 }
        guard start < sign, end > sign + 1 else { return }
        word.reset()
        for offset in start..<end { word.append(ASCIITable.lowercased(base[offset])) }
        let bytes = word.finish()
        sink.take(bytes, word.count, kind: .address, position: position, range: start..<end)
    }
}

/// The characters of a script without spaces that are not given yet.
private struct FoldedRun {
    var kind: CharacterTable.Class?
    var start: Int
    var end: Int
    var firstStart: Int
    var beforeLast: UInt32?
    var last: UInt32?
    var pending: [UInt32] = []

    init(start: Int) {
        self.start = start
        firstStart = start
        end = start
    }
}
