/// A line of `Differences.md`.
struct Differences {
    /// Who is right.
    enum Verdict: String, CaseIterable {
        /// Ours: the RFC decides the case.
        case decided
        /// Ours: no RFC decides the case, but theirs loses or invents something.
        case ours
        /// Theirs, which would be a bug of ours.
        case theirs
        case undecided
    }

    let suite: String
    let name: String
    let verdict: Verdict
    /// The RFC and the section that decides, or that leaves the case open.
    let section: String
    let reason: String

    /// What is wrong with the file.
    struct Malformed: Error {
        let line: String
    }

    /// Reads the rows of the table of cases.
    static func read() throws -> [Differences] {
        try rows(ofTableWith: "verdict").map { cells in
            guard cells.count == 5, let verdict = Verdict(rawValue: cells[2]) else {
                throw Malformed(line: cells.joined(separator: " | "))
            }
            return Differences(
                suite: cells[0], name: cells[1], verdict: verdict, section: cells[3], reason: cells[4])
        }
    }

    /// The rows of the table that has a column of this name.
    static func rows(ofTableWith column: String) throws -> [[String]] {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let text = String(decoding: Suites.octets(of: "/\(folder)/Differences.md"), as: UTF8.self)
        var rows: [[String]] = []
        var isWanted = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("|") else {
                isWanted = false
                continue
            }
            let cells = line.split(separator: "|").map { trimmed(String($0)) }
            if cells.contains(column) {
                isWanted = true
            } else if isWanted, !line.hasPrefix("|--") {
                rows.append(cells)
            }
        }
        guard !rows.isEmpty else { throw Malformed(line: "no table has a column \(column)") }
        return rows
    }

    private static func trimmed(_ cell: String) -> String {
        let characters = cell.drop { $0 == " " }
        return String(characters.reversed().drop { $0 == " " }.reversed())
    }
}
