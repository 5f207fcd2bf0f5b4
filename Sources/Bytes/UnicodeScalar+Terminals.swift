extension Unicode.Scalar {
    /// Whether it moves a terminal's cursor, ends the line or turns the direction of writing (a file name that does can
    /// look like another).
    @inlinable package var steersTerminals: Bool {
        // Unicode's tables are asked only about what is not ASCII: each line of the log passes here.
        if isASCII { return value < 0x20 || value == 0x7F }
        return switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: self != "\u{200D}" && self != "\u{200C}"  // these only join letters and emoji
        default: false
        }
    }

    /// How it is shown where it must not work: `\n`, `\u{1B}`.
    package var escaped: String {
        switch self {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(value, radix: 16, uppercase: true))}"
        }
    }
}
