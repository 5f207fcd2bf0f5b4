/// What takes the tokens of a text, in order.
protocol TokenSink {
    /// Takes one token: folded UTF-8 octets, good during the call only.
    ///
    /// `position` counts words from the beginning of the text; a whole address shares its position with the word before which it ends.
    /// `range` is where in the source text the token came from, in octets.
    mutating func take(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, kind: TokenKind, position: UInt32, range: Range<Int>)
}

/// What a token stands for.
enum TokenKind: UInt8, Sendable {
    /// A word, or the part of one up to a change between letters and digits.
    case word
    /// Two neighbouring characters of a script without spaces.
    case pair
    /// The last character of a run of such a script.
    case single
    /// A whole mail address, given besides its words.
    case address
}
