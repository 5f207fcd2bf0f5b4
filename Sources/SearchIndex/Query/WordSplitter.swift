/// Cuts the words of a query as the words of mails were cut.
struct WordSplitter: TokenSink {
    private var words: [WordSequence.Word] = []
    private var kinds: [TokenKind] = []
    private var address: (token: [UInt8], range: Range<Int>)?

    mutating func take(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, kind: TokenKind, position: UInt32, range: Range<Int>
    ) {
        let token = Array(UnsafeBufferPointer(start: bytes, count: count))
        if kind == .address {
            address = (token, range)
        } else {
            words.append(WordSequence.Word(token: token, isPrefix: false))
            kinds.append(kind)
        }
    }

    /// What a word or phrase asks for in a field; the last word of a query may go on.
    static func expression(_ text: String, in field: Field, isLast: Bool) -> Expression {
        var tokens = Tokenizer(sink: WordSplitter())
        tokens.run(text, limit: Query.maximumLength)
        let split = tokens.sink
        if let (token, range) = split.address, split.coversAll(of: text, range) {
            return .words(WordSequence(field: field, words: [WordSequence.Word(token: token, isPrefix: isLast)]))
        }
        let words = split.finished(isLast: isLast)
        return words.isEmpty ? .nothing : .words(WordSequence(field: field, words: words))
    }

    /// Whether an address is all that the text says.
    private func coversAll(of text: String, _ range: Range<Int>) -> Bool {
        text.utf8.prefix(range.lowerBound).allSatisfy { $0 == UInt8(ascii: "<") }
            && text.utf8.dropFirst(range.upperBound).allSatisfy { $0 == UInt8(ascii: ">") }
    }

    /// Without the single characters that end a run of pairs: in a longer run they are the beginning of another pair.
    private func finished(isLast: Bool) -> [WordSequence.Word] {
        var result: [WordSequence.Word] = []
        for index in words.indices {
            var word = words[index]
            let isEnd = index == words.indices.last
            if kinds[index] == .single {
                // Behind pairs it adds nothing, unless something stands behind it.
                if isEnd, index > 0, kinds[index - 1] == .pair { continue }
                word.isPrefix = isEnd
            } else if kinds[index] == .word, isEnd {
                word.isPrefix = isLast
            }
            result.append(word)
        }
        return result
    }
}
