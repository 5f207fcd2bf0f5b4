/// Reads the syntax of RE2 without captures, named classes and Unicode properties.
///
/// Known are literals, `.`, `[a-z]`, `[^a-z]`, `\d \w \s` and their opposites, `\b \B`, `^ $`, groups, `|`, `* + ?`
/// and `{n,m}`, each also with a `?` behind (which makes no difference to whether there is a match), and `(?i)` at the
/// beginning for letters of either case.
struct PatternParser {
    static let digit = Pattern.CharacterSet(ranges: ["0"..."9"])
    static let word = Pattern.CharacterSet(ranges: ["a"..."z", "A"..."Z", "0"..."9", "_"..."_"])
    static let space = Pattern.CharacterSet(ranges: ["\t"..."\r", " "..." "])
    /// As in RE2.
    static let repetitionLimit = 1_000
    private static let depthLimit = 32

    private let text: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var ignoresCase = false

    init(_ text: String) {
        self.text = Array(text.unicodeScalars)
    }

    private typealias Piece = [Pattern.Instruction]

    /// The automaton of the whole pattern.
    mutating func program() throws(Pattern.Failure) -> [Pattern.Instruction] {
        if text.starts(with: "(?i)".unicodeScalars) {
            ignoresCase = true
            position = 4
        }
        let piece = try alternatives()
        guard position == text.count else { throw failure("has a ) without its (") }
        return piece + [.match]
    }

    private func failure(_ problem: String) -> Pattern.Failure {
        Pattern.Failure(text: "the pattern \(problem), at its character \(position + 1)")
    }

    private var current: Unicode.Scalar? { position < text.count ? text[position] : nil }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        position += 1
        return true
    }

    /// Jumps are relative to the piece while it is built: every piece is moved when it is put behind another.
    private func moved(_ piece: Piece, by distance: Int) -> Piece {
        piece.map { instruction in
            switch instruction {
            case .jump(let target): .jump(target + distance)
            case .split(let first, let second): .split(first + distance, second + distance)
            default: instruction
            }
        }
    }

    private func joined(_ first: Piece, _ second: Piece) throws(Pattern.Failure) -> Piece {
        guard first.count + second.count < Pattern.instructionLimit else {
            throw failure("is too large (more than \(Pattern.instructionLimit) steps)")
        }
        return first + moved(second, by: first.count)
    }

    private mutating func alternatives() throws(Pattern.Failure) -> Piece {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else { throw failure("is nested too deeply") }
        var result = try sequence()
        while skip("|") {
            let other = try sequence()
            let head: Piece = [.split(1, result.count + 2)]
            let left = try joined(head, result) + [.jump(result.count + other.count + 2)]
            result = try joined(left, other)
        }
        return result
    }

    private mutating func sequence() throws(Pattern.Failure) -> Piece {
        var result: Piece = []
        while let next = current, next != "|", next != ")" {
            result = try joined(result, try repeated(try atom()))
        }
        return result
    }

    private mutating func repeated(_ atom: Piece) throws(Pattern.Failure) -> Piece {
        var result = atom
        while let bounds = try repetition() {
            _ = skip("?")
            result = try times(result, bounds.lower, bounds.upper)
        }
        return result
    }

    private mutating func repetition() throws(Pattern.Failure) -> (lower: Int, upper: Int?)? {
        if skip("*") { return (0, nil) }
        if skip("+") { return (1, nil) }
        if skip("?") { return (0, 1) }
        guard current == "{", position + 1 < text.count, ("0"..."9").contains(text[position + 1]) else { return nil }
        position += 1
        let lower = try number()
        var upper: Int? = lower
        if skip(",") { upper = current == "}" ? nil : try number() }
        guard skip("}") else { throw failure("has a { without its }") }
        if let upper, upper < lower { throw failure("repeats at least \(lower), but at most \(upper) times") }
        return (lower, upper)
    }

    private mutating func number() throws(Pattern.Failure) -> Int {
        let start = position
        while let next = current, ("0"..."9").contains(next), position - start < 5 { position += 1 }
        guard let value = Int(String(String.UnicodeScalarView(text[start..<position]))),
            value <= Self.repetitionLimit
        else { throw failure("must have a number up to \(Self.repetitionLimit)") }
        return value
    }

    private func times(_ piece: Piece, _ lower: Int, _ upper: Int?) throws(Pattern.Failure) -> Piece {
        var result: Piece = []
        for _ in 0..<lower { result = try joined(result, piece) }
        guard let upper else {
            let head: Piece = [.split(1, piece.count + 2)]
            return try joined(result, try joined(head, piece) + [.jump(0)])
        }
        for _ in lower..<max(upper, lower) {
            result = try joined(result, try joined([.split(1, piece.count + 1)], piece))
        }
        return result
    }

    private mutating func atom() throws(Pattern.Failure) -> Piece {
        let first = text[position]
        position += 1
        switch first {
        case "^": return [.begin]
        case "$": return [.end]
        case ".": return [.character(Pattern.CharacterSet(ranges: ["\n"..."\n"], isInverted: true))]
        case "[": return [.character(try set())]
        case "\\": return [try escape()]
        case "(": return try group()
        case "*", "+", "?":
            position -= 1
            throw failure("has nothing to repeat")
        default: return [.character(literal(first))]
        }
    }

    private mutating func group() throws(Pattern.Failure) -> Piece {
        if skip("?"), !skip(":") { throw failure("knows of the (?…) only (?:…), and (?i) at its beginning") }
        let inner = try alternatives()
        guard skip(")") else { throw failure("has a ( without its )") }
        return inner
    }

    private func literal(_ scalar: Unicode.Scalar) -> Pattern.CharacterSet {
        folded(Pattern.CharacterSet(ranges: [scalar...scalar]))
    }

    /// With both cases of its ASCII letters if the pattern ignores the case.
    private func folded(_ set: Pattern.CharacterSet) -> Pattern.CharacterSet {
        guard ignoresCase else { return set }
        var result = set
        for range in set.ranges {
            for (low, high, shift) in [(0x41, 0x5A, 32), (0x61, 0x7A, -32)] as [(UInt32, UInt32, Int)] {
                let from = max(range.lowerBound.value, low)
                let to = min(range.upperBound.value, high)
                guard from <= to, let first = Unicode.Scalar(UInt32(Int(from) + shift)),
                    let last = Unicode.Scalar(UInt32(Int(to) + shift))
                else { continue }
                result.ranges.append(first...last)
            }
        }
        return result
    }

    private mutating func escape() throws(Pattern.Failure) -> Pattern.Instruction {
        switch current {
        case "b":
            position += 1
            return .wordBoundary(isWanted: true)
        case "B":
            position += 1
            return .wordBoundary(isWanted: false)
        default: return .character(try escapedSet())
        }
    }

    private mutating func escapedSet() throws(Pattern.Failure) -> Pattern.CharacterSet {
        guard let letter = current else { throw failure("ends with a backslash") }
        position += 1
        switch letter {
        case "d": return Self.digit
        case "w": return Self.word
        case "s": return Self.space
        case "D": return Pattern.CharacterSet(ranges: Self.digit.ranges, isInverted: true)
        case "W": return Pattern.CharacterSet(ranges: Self.word.ranges, isInverted: true)
        case "S": return Pattern.CharacterSet(ranges: Self.space.ranges, isInverted: true)
        case "n": return literal("\n")
        case "r": return literal("\r")
        case "t": return literal("\t")
        default:
            guard !Self.word.contains(letter) else {
                position -= 1
                throw failure("has an unknown escape \\\(letter)")
            }
            return literal(letter)
        }
    }

    private mutating func set() throws(Pattern.Failure) -> Pattern.CharacterSet {
        let isInverted = skip("^")
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        var isFirst = true
        while let next = current, next != "]" || isFirst {
            isFirst = false
            position += 1
            let first = next == "\\" ? try escapedSet() : Pattern.CharacterSet(ranges: [next...next])
            guard !first.isInverted else { throw failure("has an opposite such as \\D inside of […]") }
            if current == "-", position + 1 < text.count, text[position + 1] != "]", first.ranges.count == 1 {
                position += 1
                ranges.append(try range(from: first.ranges[0].lowerBound))
            } else {
                ranges += first.ranges
            }
        }
        guard skip("]") else { throw failure("has a [ without its ]") }
        var result = folded(Pattern.CharacterSet(ranges: ranges))
        result.isInverted = isInverted
        return result
    }

    private mutating func range(from first: Unicode.Scalar) throws(Pattern.Failure) -> ClosedRange<Unicode.Scalar> {
        guard var last = current else { throw failure("has a [ without its ]") }
        position += 1
        if last == "\\" {
            let escaped = try escapedSet()
            guard let range = escaped.ranges.first, range.lowerBound == range.upperBound else {
                throw failure("has a range that ends with a class")
            }
            last = range.lowerBound
        }
        guard first <= last else { throw failure("has a range from \(first) down to \(last)") }
        return first...last
    }
}
