import StageKit

/// The text of a pipeline file by lines, for exact places in it.
struct SourceText: Sendable {
    /// The path as the operator gave it.
    let path: String
    private let lines: [[Unicode.Scalar]]

    init(path: String, text: String) {
        self.path = path
        lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
    }

    /// The first character of a place; `nil` outside of the text.
    func scalar(at place: SourceLocation) -> Unicode.Scalar? {
        guard lines.indices.contains(place.line - 1) else { return nil }
        let line = lines[place.line - 1]
        return line.indices.contains(place.column - 1) ? line[place.column - 1] : nil
    }

    /// The place of the character number `offset` of the YAML scalar that begins at `start`.
    ///
    /// Exact in plain and quoted scalars of one line and in literal blocks (`|`); elsewhere the scalar's begin.
    func place(of offset: Int, inScalarAt start: SourceLocation) -> SourceLocation {
        guard let first = scalar(at: start) else { return start }
        let line = lines[start.line - 1]
        var column = start.column - 1
        switch first {
        case "'":
            column += 1
            for _ in 0..<offset where column < line.count { column += line[column] == "'" ? 2 : 1 }
        case "\"":
            column += 1
            for _ in 0..<offset where column < line.count { column += escapeLength(line, column) }
        case "|": return placeInBlock(offset, start)
        case ">": return start
        default: column += offset
        }
        guard column <= line.count else { return start }
        return SourceLocation(file: path, line: start.line, column: column + 1)
    }

    private func escapeLength(_ line: [Unicode.Scalar], _ column: Int) -> Int {
        guard line[column] == "\\", column + 1 < line.count else { return 1 }
        return switch line[column + 1] {
        case "x": 4
        case "u": 6
        case "U": 10
        default: 2
        }
    }

    private func placeInBlock(_ offset: Int, _ start: SourceLocation) -> SourceLocation {
        let content = lines[start.line...]
        guard let first = content.first(where: { line in line.contains { $0 != " " && $0 != "\r" } }) else {
            return start
        }
        let indentation = first.prefix { $0 == " " }.count
        var rest = offset
        for (number, line) in content.enumerated() {
            let length = max(0, line.count - indentation)
            if rest <= length {
                return SourceLocation(file: path, line: start.line + 1 + number, column: indentation + rest + 1)
            }
            rest -= length + 1
        }
        return start
    }
}
