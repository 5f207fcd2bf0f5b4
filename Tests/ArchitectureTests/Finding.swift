/// A broken rule: where, and what would be right.
struct Finding: Equatable, CustomStringConvertible {
    /// The file's path from the top level, or a name at the top level.
    var path: String
    /// The line, from 1; 0 where the whole file is meant.
    var line = 0
    /// What is wrong and what would be right.
    var problem: String

    var description: String { line > 0 ? "\(path):\(line): \(problem)" : "\(path): \(problem)" }
}
