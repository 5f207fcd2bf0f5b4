/// A string with macros, taken apart (RFC 7208, section 7.1).
struct MacroString: Equatable, Sendable {
    /// One piece of the string.
    enum Piece: Equatable, Sendable {
        /// Text that stands for itself; `%%`, `%_` and `%-` are such text too.
        case literal([UInt8])
        /// The value of a letter, transformed.
        case variable(Variable)
    }

    /// One `%{…}`.
    struct Variable: Equatable, Sendable {
        /// What the letter stands for, in lower case.
        let letter: Letter
        /// Whether the letter is in upper case: the value is then percent-encoded.
        let isEscaped: Bool
        /// How many of the parts from the right are kept; nil keeps all.
        let kept: Int?
        /// Whether the parts are put in reverse order.
        let isReversed: Bool
        /// What separates the parts; a dot where none is named.
        let delimiters: [UInt8]
    }

    /// The macro letters (RFC 7208, section 7.2).
    enum Letter: UInt8, Sendable {
        case sender = 0x73  // s
        case localPart = 0x6C  // l
        case senderDomain = 0x6F  // o
        case domain = 0x64  // d
        case address = 0x69  // i
        case validatedName = 0x70  // p
        case family = 0x76  // v
        case helo = 0x68  // h
        case clientText = 0x63  // c
        case receiver = 0x72  // r
        case time = 0x74  // t

        /// Whether the letter is allowed in explanation texts only.
        var isForExplanations: Bool { self == .clientText || self == .receiver || self == .time }

        /// Whether the value follows from the client's address and the checked domain.
        var isCommon: Bool {
            switch self {
            case .senderDomain, .domain, .address, .validatedName, .family, .clientText: true
            case .sender, .localPart, .helo, .receiver, .time: false
            }
        }
    }

    let pieces: [Piece]
    /// The string as it was written.
    let source: [UInt8]

    /// Whether the string is the same for all senders of a domain, at any time.
    var isCommon: Bool {
        pieces.allSatisfy { if case .variable(let variable) = $0 { variable.letter.isCommon } else { true } }
    }

    /// Whether the string asks for the validated name, which costs look-ups.
    var needsValidatedName: Bool {
        pieces.contains { if case .variable(let variable) = $0 { variable.letter == .validatedName } else { false } }
    }
}
