import MIME

/// Why our reading of a mail may differ from Python's; the rules are tried in order.
struct PythonRule: Sendable {
    /// What is compared.
    enum Aspect: String, CaseIterable {
        case subject, addresses, texts, files
    }

    let aspect: Aspect
    /// What `Differences.md` calls it.
    let name: String
    /// Whether it explains how two readings of a message differ.
    let explains: @Sendable (_ ours: PythonMail, _ theirs: PythonMail, _ message: ParsedMessage) -> Bool

    static let all: [PythonRule] = [
        PythonRule(aspect: .subject, name: "blanks at the end") { ours, theirs, _ in
            ours.subject == theirs.subject.map(trimmed)
        },
        PythonRule(aspect: .subject, name: "octets above 127") { ours, theirs, _ in
            ours.subject.map(ascii) == theirs.subject.map(ascii)
        },
        PythonRule(aspect: .subject, name: "a word that is not encoded as it should") { ours, theirs, _ in
            ours.subject?.contains("=?") == false && theirs.subject?.contains("=?") == true
        },
        PythonRule(aspect: .addresses, name: "an address for a name") { ours, theirs, _ in
            Set(ours.addresses) == Set(theirs.addresses)
        },
        PythonRule(aspect: .addresses, name: "octets above 127") { ours, theirs, _ in
            ours.addresses.map(ascii) == theirs.addresses.map(ascii)
        },
        PythonRule(aspect: .addresses, name: "quotes in the local part") { ours, theirs, _ in
            ours.addresses.map(unquoted) == theirs.addresses.map(unquoted)
        },
        PythonRule(aspect: .addresses, name: "not of the grammar") { ours, theirs, _ in
            !(ours.addresses + theirs.addresses).allSatisfy(isPlain)
        },
        PythonRule(aspect: .texts, name: "octets above 127") { ours, theirs, _ in
            ours.texts.map(ascii) == theirs.texts.map(ascii)
        },
        PythonRule(aspect: .texts, name: "damaged base64", explains: { $2.kinds.contains(.base64AfterPadding) }),
        PythonRule(aspect: .texts, name: "damaged base64", explains: { $2.kinds.contains(.badBase64) }),
        PythonRule(aspect: .files, name: "an incomplete group of base64") { ours, theirs, _ in
            // Python then gives the body as it is written, a third longer.
            ours.files.count == theirs.files.count
                && zip(ours.files, theirs.files).allSatisfy { $0 == $1 || abs($1.size * 3 / 4 - $0.size) < 4 }
        },
        PythonRule(
            aspect: .texts, name: "damaged quoted-printable", explains: { $2.kinds.contains(.badQuotedPrintable) }),
        PythonRule(
            aspect: .texts, name: "a delimiter with text behind it", explains: { $2.kinds.contains(.oddDelimiter) }),
        PythonRule(
            aspect: .texts, name: "a type without its semicolon", explains: { $2.kinds.contains(.malformedParameter) }),
        PythonRule(
            aspect: .files, name: "a type without its semicolon", explains: { $2.kinds.contains(.malformedParameter) }),
        PythonRule(aspect: .texts, name: "a wider charset") { ours, theirs, _ in
            ours.texts.count == theirs.texts.count && unreadable(ours.texts) < unreadable(theirs.texts)
        },
    ]

    /// The aspects in which two readings differ.
    static func aspects(_ ours: PythonMail, _ theirs: PythonMail) -> [Aspect] {
        var result: [Aspect] = []
        if ours.subject != theirs.subject { result.append(.subject) }
        if ours.addresses != theirs.addresses { result.append(.addresses) }
        if ours.texts != theirs.texts { result.append(.texts) }
        if ours.files != theirs.files { result.append(.files) }
        return result
    }

    /// Whether an address is atoms with dots between them, an at sign, and a domain of at least two labels.
    private static func isPlain(_ address: String) -> Bool {
        let halves = address.split(separator: "@", omittingEmptySubsequences: false)
        guard halves.count == 2 else { return false }
        let labels = halves[1].split(separator: ".", omittingEmptySubsequences: false)
        return labels.count > 1
            && (halves[0].split(separator: ".", omittingEmptySubsequences: false) + labels)
                .allSatisfy {
                    !$0.isEmpty && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_+&'=".contains($0)) }
                }
    }

    /// How many characters of texts could not be read.
    private static func unreadable(_ texts: [String]) -> Int {
        texts.reduce(0) { $0 + $1.unicodeScalars.count { $0 == "\u{FFFD}" } }
    }

    private static func trimmed(_ text: String) -> String {
        let end = text.lastIndex { $0 != " " && $0 != "\t" } ?? text.startIndex
        return String(text[...].prefix(through: end).drop { $0 == " " || $0 == "\t" })
    }

    /// What is ASCII in a text, without blanks.
    private static func ascii(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value > 0x20 && $0.value < 0x7F }))
    }

    private static func unquoted(_ text: String) -> String { text.filter { $0 != "\"" && $0 != " " && $0 != "\\" } }
}
