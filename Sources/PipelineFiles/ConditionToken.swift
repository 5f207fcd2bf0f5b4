/// A word of a condition.
struct ConditionToken: Equatable {
    /// What it is.
    enum Kind: Equatable {
        case bool(Bool)
        case int(Int)
        case double(Double)
        case string(String)
        /// Words joined by dots, of which the last may be a function.
        case name(String)
        /// An operator or bracket, and the word `in`.
        case symbol(String)
        case end
    }

    let kind: Kind
    /// Its first character, counted from 0.
    let offset: Int

    /// What it looks like in an error.
    var shown: String {
        switch kind {
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string: "a text"
        case .name(let name): name
        case .symbol(let symbol): symbol
        case .end: "the end"
        }
    }
}

/// Something wrong with a condition.
struct ConditionProblem: Error, Equatable {
    var code: Finding.Code = .conditionSyntax
    /// The character it is about, counted from 0.
    let offset: Int
    let text: String
    var suggestion: String?
    /// The stages that would provide a fact which is not there.
    var missingStages: [String] = []
}
