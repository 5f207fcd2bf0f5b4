import StageKit
import Yams

/// Reads the part of YAML that pipeline files use: groups, lists and texts, without anchors, tags and merge keys.
struct YAMLReader {
    /// Far above any hand-written pipeline, and small enough to be parsed in a moment.
    static let sizeLimit = 262_144
    /// Pipelines need about ten levels.
    static let depthLimit = 32
    /// Whoever repeats more keys than this in one file sees the others after mending these.
    static let repeatedKeyLimit = 64

    /// What is wrong with the file.
    private(set) var findings: [Finding] = []
    /// Where the scalars stand whose references cannot be replaced.
    private(set) var unresolved: Set<SourceLocation> = []
    /// The text, for places within a scalar.
    private(set) var source: SourceText
    private let path: String
    private let resolve: References
    private var repeated: [Unicode.Scalar] = []

    init(path: String, resolve: References) {
        self.path = path
        self.resolve = resolve
        source = SourceText(path: path, text: "")
    }

    /// The content of a file; `nil` if there is none that could be checked further.
    mutating func read(_ bytes: [UInt8]) -> SettingNode? {
        let start = SourceLocation(file: path, line: 1, column: 1)
        guard bytes.count <= Self.sizeLimit else {
            note(.fileTooLarge, start, "the file has \(bytes.count) octets; at most \(Self.sizeLimit) are read")
            return nil
        }
        guard var text = decode(bytes) else { return nil }
        source = SourceText(path: path, text: text)
        for _ in 0...Self.repeatedKeyLimit {
            do {
                let root = try Parser(yaml: text, encoding: .utf8).singleRoot()
                return root.map { convert($0, depth: 0, key: nil) } ?? SettingNode(.empty, at: start)
            } catch YamlError.duplicatedKeysInMapping(_, let context) {
                // Yams stops at the first key that stands twice. It is marked, and reading starts again.
                guard let marked = mark(text, at: context.mark) else {
                    note(.duplicateKey, place(context.mark), "this key stands twice in its group; keep one of them")
                    return nil
                }
                text = marked
            } catch {
                report(error)
                return nil
            }
        }
        note(.duplicateKey, start, "more than \(Self.repeatedKeyLimit) keys stand twice in their groups")
        return nil
    }

    private mutating func decode(_ bytes: [UInt8]) -> String? {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(3) : bytes[...]
        if let text = String(validating: content, as: UTF8.self) { return text }
        let before = String(decoding: content, as: UTF8.self).unicodeScalars.prefix { $0 != "\u{FFFD}" }
        note(.yamlSyntax, end(of: before), "the text is not UTF-8")
        return nil
    }

    private func end(of text: String.UnicodeScalarView.SubSequence) -> SourceLocation {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return SourceLocation(file: path, line: max(lines.count, 1), column: (lines.last?.count ?? 0) + 1)
    }

    /// The text with the key at a place made unique by another first character, which keeps all columns.
    private mutating func mark(_ text: String, at mark: Mark) -> String? {
        let place = place(mark)
        guard let first = source.scalar(at: place), let fresh = Unicode.Scalar(0xE000 + UInt32(repeated.count)) else {
            return nil
        }
        let column = first == "'" || first == "\"" ? mark.column : mark.column - 1
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
        guard lines.indices.contains(mark.line - 1), column < lines[mark.line - 1].count else { return nil }
        repeated.append(lines[mark.line - 1][column])
        lines[mark.line - 1][column] = fresh
        var result = String.UnicodeScalarView()
        for (number, line) in lines.enumerated() {
            if number > 0 { result.append("\n") }
            result.append(contentsOf: line)
        }
        return String(result)
    }

    /// The key as the file has it, without a mark.
    private func unmarked(_ key: String) -> String {
        guard let first = key.unicodeScalars.first, first.value >= 0xE000,
            repeated.indices.contains(Int(first.value) - 0xE000)
        else { return key }
        return String(repeated[Int(first.value) - 0xE000]) + String(key.unicodeScalars.dropFirst())
    }

    private func place(_ mark: Mark?) -> SourceLocation {
        SourceLocation(file: path, line: max(mark?.line ?? 1, 1), column: max(mark?.column ?? 1, 1))
    }

    private mutating func note(_ code: Finding.Code, _ place: SourceLocation, _ text: String) {
        findings.append(Finding(code, at: place, text))
    }
}

extension YAMLReader {
    private mutating func convert(_ node: Node, depth: Int, key: String?) -> SettingNode {
        let place = place(node.mark)
        guard depth <= Self.depthLimit else {
            note(.nestedTooDeep, place, "more than \(Self.depthLimit) levels; no pipeline needs so many")
            return SettingNode(.empty, at: place)
        }
        guard isPlain(node, place) else { return SettingNode(.empty, at: place) }
        switch node {
        case .scalar(let scalar): return convert(scalar, place, key)
        case .sequence(let nodes):
            return SettingNode(.list(nodes.map { convert($0, depth: depth + 1, key: nil) }), at: place)
        case .mapping(let mapping): return convert(mapping, place, depth)
        case .alias: return SettingNode(.empty, at: place)
        }
    }

    /// Notes an anchor or tag; what has an anchor is not walked into, since aliases could make it grow without bounds.
    private mutating func isPlain(_ node: Node, _ place: SourceLocation) -> Bool {
        switch source.scalar(at: place) {
        case "&":
            let text = "anchors and aliases are not part of the format; write the value where it is used"
            if !findings.contains(where: { $0.location == place }) { note(.yamlFeature, place, text) }
            return false
        case "!":
            note(.yamlFeature, place, "tags are not part of the format; leave it out, or quote the text")
            return false
        default: return true
        }
    }

    private mutating func convert(_ scalar: Node.Scalar, _ place: SourceLocation, _ key: String?) -> SettingNode {
        let isQuoted = scalar.style != .plain
        if !isQuoted, ["", "~", "null", "Null", "NULL"].contains(scalar.string) {
            return SettingNode(.empty, at: place)
        }
        // A condition is code: what stands in the environment must not become a part of it.
        guard key != "when" else { return SettingNode(.scalar(scalar.string, isQuoted: isQuoted), at: place) }
        switch resolve(scalar.string) {
        case .unchanged: return SettingNode(.scalar(scalar.string, isQuoted: isQuoted), at: place)
        case .replaced(let text):
            return SettingNode(.scalar(text, isQuoted: isQuoted), at: place, written: scalar.string)
        case .escaped(let text): return SettingNode(.scalar(text, isQuoted: isQuoted), at: place)
        case .failed(let problem, let offset):
            note(.unresolvedReference, source.place(of: offset, inScalarAt: place), problem)
            unresolved.insert(place)
            return SettingNode(.scalar(scalar.string, isQuoted: isQuoted), at: place)
        }
    }

    private mutating func convert(_ mapping: Node.Mapping, _ place: SourceLocation, _ depth: Int) -> SettingNode {
        var entries: [SettingNode.Entry] = []
        for (key, value) in mapping {
            let keyPlace = self.place(key.mark)
            guard isPlain(key, keyPlace) else { continue }
            guard let scalar = key.scalar else {
                note(.yamlFeature, keyPlace, "a key must be a word, not a list or group")
                continue
            }
            let name = unmarked(scalar.string)
            if name == "<<", scalar.style == .plain {
                note(
                    .yamlFeature, keyPlace, "merge keys are not part of the format; write the keys where they are used")
            } else if let first = entries.first(where: { $0.key == name }) {
                note(
                    .duplicateKey, keyPlace,
                    "\(name) stands twice in this group, first in line \(first.location.line); keep one of them")
            } else {
                let node = convert(value, depth: depth + 1, key: name)
                entries.append(SettingNode.Entry(key: name, location: keyPlace, value: node))
            }
        }
        return SettingNode(.map(entries), at: place)
    }

    /// Says what is not YAML in the words of who writes it, and where it begins rather than where it was noticed.
    private mutating func reportSyntax(
        _ problem: String, _ place: SourceLocation, _ context: (text: String, place: SourceLocation)?
    ) {
        guard source.scalar(at: place) != "\t" else {
            return note(.yamlSyntax, place, "a tab stands here; write spaces")
        }
        guard let context, context.place.line < place.line else {
            return note(.yamlSyntax, place, [context?.text, problem].compactMap(\.self).joined(separator: ", "))
        }
        if context.text.contains("simple key") {
            return note(.yamlSyntax, context.place, "a key needs a colon and a space behind it, as in `key: value`")
        }
        if context.text.contains("quoted scalar") {
            return note(.yamlSyntax, context.place, "the text in quotes that begins here has no end")
        }
        note(
            .yamlSyntax, context.place,
            "\(context.text) that begins here, \(problem); it was noticed in line \(place.line)")
    }

    private mutating func report(_ error: any Error) {
        let start = SourceLocation(file: path, line: 1, column: 1)
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _):
            reportSyntax(problem, place(mark), context.map { ($0.text, place($0.mark)) })
        case YamlError.composer(_, _, let mark, _):
            let isAlias = source.scalar(at: place(mark)) == "*"
            note(
                .yamlFeature, place(mark),
                isAlias
                    ? "anchors and aliases are not part of the format; write the value where it is used"
                    : "a second document begins here; one file is one pipeline")
        case YamlError.reader(let problem, let offset, _, let text):
            let before = text.unicodeScalars[..<text.index(text.startIndex, offsetBy: offset ?? 0)]
            note(.yamlSyntax, end(of: before), problem)
        default: note(.yamlSyntax, start, "cannot be read as YAML: \(error)")
        }
    }
}
