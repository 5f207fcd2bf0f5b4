import StageKit

/// Reads a condition: operators by their precedence, the rest by descent.
struct ConditionParser {
    /// Longer conditions belong into a stage.
    static let lengthLimit = 2_000
    /// Deeper nesting than anyone writes, and far from the end of a thread's stack.
    static let depthLimit = 64
    /// A chain of operators is a tree as deep as the chain is long.
    static let operatorLimit = 200

    private let tokens: [ConditionToken]
    private var position = 0
    private var depth = 0
    private var operators = 0

    private static let functions = ["has", "size", "matches"] + ConditionExpression.Search.allCases.map(\.rawValue)

    /// The tree of a condition.
    static func parse(_ text: String) throws(ConditionProblem) -> ConditionExpression {
        guard text.unicodeScalars.count <= lengthLimit else {
            throw ConditionProblem(offset: 0, text: "the condition is longer than \(lengthLimit) characters")
        }
        var parser = ConditionParser(tokens: try ConditionLexer.tokens(of: text))
        let expression = try parser.expression()
        guard parser.current.kind == .end else {
            throw ConditionProblem(
                offset: parser.current.offset, text: "an operator is missing before \(parser.current.shown)")
        }
        return expression
    }

    private init(tokens: [ConditionToken]) {
        self.tokens = tokens
    }

    /// The lexer ends every condition with `end`, and nothing moves past it.
    private var current: ConditionToken { tokens[position] }

    private mutating func advance() -> ConditionToken {
        defer { position = min(position + 1, tokens.count - 1) }
        return current
    }

    private mutating func skip(_ symbol: String) -> Bool {
        guard current.kind == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ symbol: String) throws(ConditionProblem) {
        guard skip(symbol) else {
            throw ConditionProblem(offset: current.offset, text: "\(symbol) must stand here, not \(current.shown)")
        }
    }

    private mutating func expression() throws(ConditionProblem) -> ConditionExpression {
        try descend()
        defer { depth -= 1 }
        let condition = try operation(1)
        let offset = current.offset
        guard skip("?") else { return condition }
        let first = try operation(1)
        try expect(":")
        return ConditionExpression(kind: .choice(condition, first, try expression()), offset: offset)
    }

    private mutating func operation(_ precedence: Int) throws(ConditionProblem) -> ConditionExpression {
        var left = try unary()
        while case .symbol(let symbol) = current.kind, let found = ConditionExpression.Operator(rawValue: symbol),
            found.precedence >= precedence
        {
            let offset = advance().offset
            operators += 1
            guard operators <= Self.operatorLimit else {
                throw ConditionProblem(offset: offset, text: "more than \(Self.operatorLimit) operators")
            }
            let right = try operation(found.precedence + 1)
            left = ConditionExpression(kind: .operation(found, left, right), offset: offset)
        }
        return left
    }

    private mutating func unary() throws(ConditionProblem) -> ConditionExpression {
        let offset = current.offset
        guard current.kind == .symbol("!") || current.kind == .symbol("-") else {
            return try methods(of: try primary())
        }
        try descend()
        defer { depth -= 1 }
        let isNegation = skip("!")
        if !isNegation { try expect("-") }
        let inner = try unary()
        return ConditionExpression(kind: isNegation ? .not(inner) : .negative(inner), offset: offset)
    }

    private mutating func descend() throws(ConditionProblem) {
        guard depth < Self.depthLimit else {
            throw ConditionProblem(offset: current.offset, text: "more than \(Self.depthLimit) levels of nesting")
        }
        depth += 1
    }

    private mutating func primary() throws(ConditionProblem) -> ConditionExpression {
        let token = advance()
        func literal(_ value: FactValue) -> ConditionExpression {
            ConditionExpression(kind: .literal(value), offset: token.offset)
        }
        switch token.kind {
        case .bool(let value): return literal(.bool(value))
        case .int(let value): return literal(.int(value))
        case .double(let value): return literal(.double(value))
        case .string(let value): return literal(.string(value))
        case .name(let name): return try self.name(name, token.offset)
        case .symbol("("):
            let inner = try expression()
            try expect(")")
            return inner
        case .symbol("["): return ConditionExpression(kind: .list(try list(until: "]")), offset: token.offset)
        case .symbol, .end:
            throw ConditionProblem(
                offset: token.offset, text: "a value must stand here, such as a fact, not \(token.shown)")
        }
    }

    private mutating func list(until end: String) throws(ConditionProblem) -> [ConditionExpression] {
        var elements: [ConditionExpression] = []
        guard !skip(end) else { return [] }
        repeat { elements.append(try expression()) } while skip(",")
        try expect(end)
        return elements
    }

    /// A fact, a function, or a fact with a method: `a.b.contains(…)` has the fact `a.b`.
    private mutating func name(_ name: String, _ offset: Int) throws(ConditionProblem) -> ConditionExpression {
        guard skip("(") else { return ConditionExpression(kind: .fact(name), offset: offset) }
        guard let dot = name.lastIndex(of: ".") else { return try function(name, offset) }
        let method = String(name[name.index(after: dot)...])
        let target = ConditionExpression(kind: .fact(String(name[..<dot])), offset: offset)
        let place = offset + name[...dot].unicodeScalars.count
        return try call(method, on: target, place)
    }

    private mutating func methods(of first: ConditionExpression) throws(ConditionProblem) -> ConditionExpression {
        var target = first
        while skip(".") {
            let token = advance()
            guard case .name(let method) = token.kind else {
                throw ConditionProblem(offset: token.offset, text: "a function must stand here, not \(token.shown)")
            }
            try expect("(")
            target = try call(method, on: target, token.offset)
        }
        return target
    }

    private mutating func function(_ name: String, _ offset: Int) throws(ConditionProblem) -> ConditionExpression {
        guard name == "has" || name == "size" else { throw unknown(name, offset) }
        let arguments = try list(until: ")")
        guard arguments.count == 1, let argument = arguments.first else {
            throw ConditionProblem(offset: offset, text: "\(name) takes one value, as in \(name)(envelope.sender)")
        }
        guard name == "has" else { return ConditionExpression(kind: .size(argument), offset: offset) }
        guard case .fact(let fact) = argument.kind else {
            throw ConditionProblem(offset: argument.offset, text: "has takes the name of a fact, as in has(spf.result)")
        }
        return ConditionExpression(kind: .has(fact), offset: argument.offset)
    }

    private mutating func call(
        _ method: String, on target: ConditionExpression, _ offset: Int
    ) throws(ConditionProblem) -> ConditionExpression {
        let arguments = try list(until: ")")
        if method == "size", arguments.isEmpty { return ConditionExpression(kind: .size(target), offset: offset) }
        guard method == "matches" || ConditionExpression.Search(rawValue: method) != nil else {
            throw unknown(method, offset)
        }
        guard arguments.count == 1, let argument = arguments.first else {
            throw ConditionProblem(offset: offset, text: "\(method) takes one text, as in x.\(method)('text')")
        }
        if let search = ConditionExpression.Search(rawValue: method) {
            return ConditionExpression(kind: .search(search, target, argument), offset: offset)
        }
        guard case .literal(.string(let pattern)) = argument.kind else {
            throw ConditionProblem(
                offset: argument.offset, text: "matches takes a pattern in quotes, so that it can be checked")
        }
        switch Pattern.compile(pattern) {
        case .success(let pattern):
            return ConditionExpression(kind: .matches(target, pattern), offset: offset)
        case .failure(let failure): throw ConditionProblem(offset: argument.offset, text: failure.text)
        }
    }

    private func unknown(_ function: String, _ offset: Int) -> ConditionProblem {
        ConditionProblem(
            offset: offset,
            text: "there is no function \(function); there are \(Self.functions.sorted().joined(separator: ", "))",
            suggestion: closest(to: function, among: Self.functions))
    }
}
