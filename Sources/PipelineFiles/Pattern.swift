/// A regular expression that is matched in linear time: no input can make it slow.
///
/// All states of the automaton advance together over the text (Thompson's construction), so there is no backtracking,
/// and neither are there groups to capture nor back-references. Characters are Unicode scalars.
struct Pattern: Sendable, Hashable {
    /// A step of the automaton.
    enum Instruction: Sendable, Hashable {
        case character(CharacterSet)
        case begin
        case end
        case wordBoundary(isWanted: Bool)
        case jump(Int)
        case split(Int, Int)
        case match
    }

    /// A set of characters.
    struct CharacterSet: Sendable, Hashable {
        var ranges: [ClosedRange<Unicode.Scalar>]
        var isInverted = false

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            ranges.contains { $0.contains(scalar) } != isInverted
        }
    }

    /// Why a text is no pattern.
    struct Failure: Error, Equatable {
        let text: String
    }

    /// Together with the text's length this bounds the time of a match.
    static let instructionLimit = 2_000

    /// The text the pattern was read from.
    let source: String
    let program: [Instruction]

    /// Reads a pattern.
    static func compile(_ text: String) -> Result<Pattern, Failure> {
        do throws(Failure) {
            var parser = PatternParser(text)
            return .success(Pattern(source: text, program: try parser.program()))
        } catch {
            return .failure(error)
        }
    }

    /// Whether the pattern matches anywhere in the text; O(text × pattern).
    func matches(_ text: String) -> Bool {
        var run = Run(program: program)
        var previous: Unicode.Scalar?
        var scalars = text.unicodeScalars.makeIterator()
        var next = scalars.next()
        while true {
            if run.enter(between: previous, and: next) { return true }
            guard let scalar = next else { return false }
            run.advance(over: scalar)
            previous = scalar
            next = scalars.next()
        }
    }

    /// One match under way.
    private struct Run {
        let program: [Instruction]
        private var waiting: [Int] = []
        private var entered: [Int]
        private var characters: [Int] = []
        private var generation = 0

        init(program: [Instruction]) {
            self.program = program
            entered = Array(repeating: 0, count: program.count)
        }

        /// Follows all steps that need no character; true at a match.
        mutating func enter(between previous: Unicode.Scalar?, and next: Unicode.Scalar?) -> Bool {
            generation += 1
            characters.removeAll(keepingCapacity: true)
            // The pattern may begin anywhere.
            waiting.append(0)
            while let state = waiting.popLast() {
                guard entered[state] != generation else { continue }
                entered[state] = generation
                switch program[state] {
                case .match: return true
                case .character: characters.append(state)
                case .jump(let target): waiting.append(target)
                case .split(let first, let second): waiting += [first, second]
                case .begin: if previous == nil { waiting.append(state + 1) }
                case .end: if next == nil { waiting.append(state + 1) }
                case .wordBoundary(let isWanted):
                    if (isWord(previous) != isWord(next)) == isWanted { waiting.append(state + 1) }
                }
            }
            return false
        }

        mutating func advance(over scalar: Unicode.Scalar) {
            for state in characters {
                guard case .character(let set) = program[state], set.contains(scalar) else { continue }
                waiting.append(state + 1)
            }
        }

        private func isWord(_ scalar: Unicode.Scalar?) -> Bool {
            scalar.map { PatternParser.word.contains($0) } ?? false
        }
    }
}
