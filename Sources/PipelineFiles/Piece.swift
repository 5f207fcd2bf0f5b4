import StageKit

/// A part of a pipeline file that is read further on, such as a list of steps.
struct Piece: SettingValue {
    let node: SettingNode

    static var settingType: String { "a part of the file" }
    static var placeholder: Piece { Piece(node: SettingNode(.empty, at: SourceLocation(file: "", line: 1, column: 1))) }
    static func read(_ node: SettingNode) -> Result<Piece, SettingFailure> { .success(Piece(node: node)) }
    var settingText: String { node.shown }
}

extension SettingNode {
    /// The keys, if there are any.
    var entries: [Entry] {
        if case .map(let entries) = content { entries } else { [] }
    }

    /// The text, if it is one.
    var text: String? {
        if case .scalar(let text, _) = content { text } else { nil }
    }
}

extension SettingNode {
    /// A shorter text is no secret, and stands in many others by chance.
    private static var redactionMinimum: Int { 4 }

    /// A text without what references in this piece stand for, which may be secret.
    func redacting(_ text: String) -> String {
        switch content {
        case .empty: text
        case .scalar(let value, _):
            if let written, value.count >= Self.redactionMinimum { text.replacing(value, with: written) } else { text }
        case .list(let nodes): nodes.reduce(text) { $1.redacting($0) }
        case .map(let entries): entries.reduce(text) { $1.value.redacting($0) }
        }
    }
}

extension Finding {
    /// A problem that the reader of settings found; `node` is what it read.
    init(_ problem: SettingProblem, in node: SettingNode) {
        let problem = SettingProblem(
            problem.kind, at: problem.location, node.redacting(problem.text), suggestion: problem.suggestion)
        self.init(problem)
    }

    /// A problem that the reader of settings found.
    init(_ problem: SettingProblem) {
        let code: Code =
            switch problem.kind {
            case .unknownKey: .unknownKey
            case .missing: .missingKey
            case .wrongType: .wrongType
            case .wrongUnit: .wrongUnit
            case .invalid: .invalidSetting
            }
        self.init(code, at: problem.location, problem.text, suggestion: problem.suggestion)
    }
}
