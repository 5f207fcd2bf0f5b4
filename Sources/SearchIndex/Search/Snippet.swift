/// A piece of a snippet.
package struct SnippetPiece: Sendable, Equatable {
    package var text: String
    /// Whether the query asked for it.
    package var isHit: Bool

    /// A piece of text.
    package init(text: String, isHit: Bool) {
        self.text = text
        self.isHit = isHit
    }
}

/// The part of a text that shows best why a query found it.
package enum Snippet {
    /// The longest text that is looked at: as much as is indexed of a body.
    package static let maximumText = MailLimits.body
    /// How much of the snippet stands before its first hit, as a fraction.
    private static let lead = 4

    /// Cuts about `length` characters around the hits of a query out of the text of a mail; white space becomes one space.
    ///
    /// - Returns: Pieces that make up the snippet when joined; the beginning of the text if the query asks for no words. Nil if
    ///   none of the words is in the text, which then does not show why the mail was found: they are in its subject, say.
    package static func make(text: String, query: Query, length: Int) -> [SnippetPiece]? {
        let octets = spaced(text)
        let words = wanted(query.expression)
        let hits = octets.withUnsafeBufferPointer { buffer in
            var tokens = Tokenizer(sink: HitSink(words: words))
            tokens.run(buffer)
            return merge(tokens.sink.hits)
        }
        if hits.isEmpty, asksForWords(query.expression) { return nil }
        let window = window(octets, hits, length: max(length, 1))
        return pieces(octets, hits, window)
    }

    /// The octets of a text as far as it is looked at, with one space for each row of white space.
    private static func spaced(_ text: String) -> [UInt8] {
        var octets: [UInt8] = []
        var isSpace = true
        for scalar in text.unicodeScalars {
            let isSpaceToo = scalar.isASCII ? scalar.value <= 0x20 : scalar.properties.isWhitespace
            if isSpaceToo, isSpace { continue }
            isSpace = isSpaceToo
            let encoded = UTF8.encode(isSpaceToo ? " " : scalar)
            guard let encoded, octets.count + encoded.count <= maximumText else { break }
            octets += encoded
        }
        return octets
    }

    /// Whether a query asks for words of any part of the mail.
    private static func asksForWords(_ expression: Expression) -> Bool {
        switch expression {
        case .words: true
        case .all(let parts), .any(let parts): parts.contains(where: asksForWords)
        case .not, .filter, .everything, .nothing: false
        }
    }

    /// The words that a query asks for wherever they are, without those it excludes.
    private static func wanted(_ expression: Expression) -> [WordSequence.Word] {
        switch expression {
        case .words(let sequence): sequence.field == .any ? sequence.words : []
        case .all(let parts), .any(let parts): parts.flatMap(wanted)
        case .not, .filter, .everything, .nothing: []
        }
    }

    private static func merge(_ hits: [Range<Int>]) -> [Range<Int>] {
        var merged: [Range<Int>] = []
        for hit in hits.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, hit.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, hit.upperBound)
            } else {
                merged.append(hit)
            }
        }
        return merged
    }

    /// The octets to show: those with the most hits, begun at a character that begins a word if there is one near.
    private static func window(_ octets: [UInt8], _ hits: [Range<Int>], length: Int) -> Range<Int> {
        var best = 0
        var most = 0
        for (index, hit) in hits.enumerated() {
            let count = hits[index...].prefix { $0.upperBound <= hit.lowerBound + length }.count
            if count > most { (best, most) = (hit.lowerBound, count) }
        }
        // Near the end of the text the snippet begins earlier, so that it is as long as it may be.
        var start = max(0, min(best - length / lead, octets.count - length))
        while start > 0, start < best, octets[start - 1] > 0x20 { start += 1 }
        while start < octets.count, octets[start] & 0xC0 == 0x80 { start += 1 }
        var end = start
        var characters = 0
        while end < octets.count, characters < length {
            end += 1
            while end < octets.count, octets[end] & 0xC0 == 0x80 { end += 1 }
            characters += 1
        }
        return start..<end
    }

    private static func pieces(_ octets: [UInt8], _ hits: [Range<Int>], _ window: Range<Int>) -> [SnippetPiece] {
        var pieces: [SnippetPiece] = []
        var place = window.lowerBound
        func add(_ end: Int, isHit: Bool) {
            guard place < end else { return }
            let text = octets[place..<end].map { $0 < 0x20 ? UInt8(ascii: " ") : $0 }
            pieces.append(SnippetPiece(text: String(decoding: text, as: UTF8.self), isHit: isHit))
            place = end
        }
        for hit in hits where hit.upperBound > window.lowerBound && hit.lowerBound < window.upperBound {
            add(max(hit.lowerBound, place), isHit: false)
            add(min(hit.upperBound, window.upperBound), isHit: true)
        }
        add(window.upperBound, isHit: false)
        return pieces
    }
}

/// Notes where wanted words stand.
private struct HitSink: TokenSink {
    let words: [WordSequence.Word]
    var hits: [Range<Int>] = []

    init(words: [WordSequence.Word]) {
        self.words = words
    }

    mutating func take(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, kind: TokenKind, position: UInt32, range: Range<Int>
    ) {
        let token = UnsafeBufferPointer(start: bytes, count: count)
        let isWanted = words.contains { word in
            word.isPrefix ? token.starts(with: word.token) : token.elementsEqual(word.token)
        }
        if isWanted { hits.append(range) }
    }
}
