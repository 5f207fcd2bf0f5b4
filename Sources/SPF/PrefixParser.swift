/// Reads prefix lengths from the end of a mechanism (RFC 7208, sections 5.3 and 5.6).
enum PrefixParser {
    /// Cuts `/24`, `//64` or `/24//64` off; what does not have that form stays.
    static func cutDual(from argument: inout ArraySlice<UInt8>) throws(RecordError) -> Record.PrefixLengths {
        var lengths = Record.PrefixLengths()
        if let (digits, rest) = trailingDigits(argument), rest.last == UInt8(ascii: "/") {
            lengths.v6 = try value(digits, maximum: 128)
            argument = rest.dropLast()
        }
        if let length = try cut(from: &argument, maximum: 32) { lengths.v4 = length }
        return lengths
    }

    /// Cuts `/24` off; nil where there is no such thing.
    static func cut(from argument: inout ArraySlice<UInt8>, maximum: Int) throws(RecordError) -> Int? {
        guard let (digits, rest) = trailingDigits(argument), rest.last != UInt8(ascii: "/") else { return nil }
        argument = rest
        return try value(digits, maximum: maximum)
    }

    /// The digits after the last slash and what is before that slash; nil where other characters or none follow it.
    private static func trailingDigits(
        _ argument: ArraySlice<UInt8>
    ) -> (digits: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
        guard let slash = argument.lastIndex(of: UInt8(ascii: "/")) else { return nil }
        let digits = argument[(slash + 1)...]
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return (digits, argument[..<slash])
    }

    /// RFC 7208, section 5.6 allows no leading zeros.
    private static func value(_ digits: ArraySlice<UInt8>, maximum: Int) throws(RecordError) -> Int {
        let number = digits.count > 3 ? Int.max : digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        guard number <= maximum, digits.count == 1 || digits.first != UInt8(ascii: "0") else {
            throw RecordError("prefix length must be 0 to \(maximum) without leading zeros")
        }
        return number
    }
}
