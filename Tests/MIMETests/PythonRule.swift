import MIME

/// Why our reading of a mail may differ from Python's; the rules are tried in order.
struct PythonRule: Sendable {
    /// What is compared.
    enum Aspect: String, CaseIterable {
        case subject, addresses, texts, html, files
    }

    let aspect: Aspect
    /// What `Differences.md` calls it.
    let name: String
    /// Whether it explains how two readings of a message differ.
    let explains: @Sendable (_ ours: PythonMail, _ theirs: PythonMail, _ message: ParsedMessage) -> Bool

    static let all: [PythonRule] =
        [
            PythonRule(aspect: .subject, name: "blanks at the end") { ours, theirs, _ in
                ours.subject == theirs.subject.map(trimmed)
            },
            PythonRule(aspect: .subject, name: "octets above 127") { ours, theirs, _ in
                // Python leaves the control characters of ISO-8859-1, where Windows-1252 has letters.
                theirs.subject?.unicodeScalars.contains { $0 == "\u{FFFD}" || (0x80...0x9F).contains($0.value) } == true
                    && ours.subject == theirs.carefulSubject
            },
            PythonRule(aspect: .subject, name: "a word that is not encoded as it should") { ours, theirs, _ in
                theirs.subject?.contains("=?") == true && ours.subject == theirs.carefulSubject
            },
            PythonRule(aspect: .addresses, name: "an address for a name") { ours, theirs, _ in
                // The name comes first, and is the same.
                zip(theirs.addresses, theirs.addresses.dropFirst()).contains { $0 == $1 }
                    && ours.addresses == withoutRepetitions(theirs.addresses)
            },
            PythonRule(aspect: .addresses, name: "octets above 127") { ours, theirs, _ in
                ours.addresses.map(marked) == theirs.addresses
            },
            PythonRule(aspect: .addresses, name: "quotes in the local part") { ours, theirs, _ in
                ours.addresses.map(unquoted) == theirs.addresses
            },
            PythonRule(aspect: .addresses, name: "a dot behind the domain") { ours, theirs, _ in
                ours.addresses == theirs.addresses.map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
            },
            PythonRule(aspect: .addresses, name: "not of the grammar") { ours, theirs, _ in
                // What is an address is one to both.
                ours.addresses.filter(isPlain) == theirs.addresses.filter(isPlain)
            },
            PythonRule(aspect: .texts, name: "a delimiter with text behind it") { ours, theirs, message in
                message.kinds.contains(.oddDelimiter) && ours.texts.count == theirs.texts.count
                    && zip(ours.texts, theirs.texts).allSatisfy { $0 == $1 || $1.hasPrefix($0 + "--") }
            },
            PythonRule(aspect: .texts, name: "a type without its semicolon", explains: isTextOfOurs),
            PythonRule(aspect: .files, name: "a type without its semicolon", explains: isTextOfOurs),
            endsEarly("a delimiter with text behind it", at: "--"), endsEarly("a comment without its end", at: "<!--"),
            endsEarly("a tag without its end", at: "<a"),
            PythonRule(aspect: .files, name: "an incomplete group of base64") { ours, theirs, _ in
                ours.files.count == theirs.files.count
                    && ours.files.indices.allSatisfy {
                        ours.files[$0] == theirs.files[$0] || ours.files[$0] == theirs.carefulFiles[$0]
                    }
            },
        ]
        + ["octets above 127", "damaged base64", "damaged quoted-printable", "a wider charset"].map { cause in
            PythonRule(aspect: .texts, name: cause) { ours, theirs, _ in isRead(ours, as: theirs, because: cause) }
        }

    /// A rule for documents that end, to us, where something begins that Python takes for text.
    private static func endsEarly(_ name: String, at beginning: String) -> PythonRule {
        PythonRule(aspect: .html, name: name) { ours, theirs, _ in
            ours.html.count == theirs.html.count
                && zip(ours.html, theirs.html).allSatisfy { own, other in
                    own == other
                        || other.hasPrefix(own) && other.dropFirst(own.count).drop { $0 == " " }.hasPrefix(beginning)
                }
        }
    }

    /// Whether each text is as either reading of Python's has it, and the first that is not as the plain one is so for a cause.
    private static func isRead(_ ours: PythonMail, as theirs: PythonMail, because cause: String) -> Bool {
        guard ours.texts.count == theirs.texts.count else { return false }
        let differing = ours.texts.indices.filter { ours.texts[$0] != theirs.texts[$0] }
        return differing.first.map { theirs.causes[$0] == cause } == true
            && differing.allSatisfy { ours.texts[$0] == theirs.carefulTexts[$0] }
    }

    /// Whether all that is a file to Python alone is a text to us, with the same octets.
    private static func isTextOfOurs(_ ours: PythonMail, _ theirs: PythonMail, _ message: ParsedMessage) -> Bool {
        let texts = Set(
            message.parts.filter { $0.children.isEmpty && !$0.isAttachment }.map { $0.decoded() }.map(
                PythonMail.File.init))
        let strangers = Set(theirs.files).subtracting(ours.files)
        return message.kinds.contains(.malformedParameter) && !strangers.isEmpty && strangers.isSubset(of: texts)
            && ours.texts.count == theirs.texts.count + strangers.count
            && Set(theirs.texts).isSubset(of: ours.texts)
    }

    /// The aspects in which two readings differ.
    static func aspects(_ ours: PythonMail, _ theirs: PythonMail) -> [Aspect] {
        var result: [Aspect] = []
        if ours.subject != theirs.subject { result.append(.subject) }
        if ours.addresses != theirs.addresses { result.append(.addresses) }
        if ours.texts != theirs.texts { result.append(.texts) }
        if ours.html != theirs.html { result.append(.html) }
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

    private static func trimmed(_ text: String) -> String {
        let end = text.lastIndex { $0 != " " && $0 != "\t" } ?? text.startIndex
        return String(text[...].prefix(through: end).drop { $0 == " " || $0 == "\t" })
    }

    /// A text with the mark that Python sets for each octet above 127, of which there is one a character.
    private static func marked(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isASCII ? $0 : "\u{FFFD}" }))
    }

    /// An address as its local part reads without quotes.
    private static func unquoted(_ address: String) -> String { address.filter { $0 != "\"" && $0 != "\\" } }

    private static func withoutRepetitions(_ addresses: [String]) -> [String] {
        addresses.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    }
}
