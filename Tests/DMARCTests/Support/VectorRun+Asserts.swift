import Foundation

extension VectorRun {
    /// Whether one of the vector's assertions holds.
    func holds(_ assertion: [String: Any]) -> Bool {
        let operation = assertion["op"] as? String ?? ""
        let argument = (assertion["args"] as? [Any])?.first
        if assertion["literal"] as? Bool == true { return holdsLiteral(argument) }
        guard let index = assertion["call"] as? Int, outcomes.indices.contains(index) else { return false }
        let path = assertion["path"] as? String ?? ""
        switch (outcomes[index], path) {
        case (.nothing, ""): return operation == "be.false"
        case (.found, ""): return operation == "be.an" && argument as? String == "object"
        case (.found(let found), _): return holds(operation, found[path], argument)
        case (.nothing, _), (.failure, _): return false
        }
    }

    private func holds(_ operation: String, _ value: Any?, _ argument: Any?) -> Bool {
        switch operation {
        case "equal":
            return value is String
                ? value as? String == argument as? String : value as? Int == argument as? Int && value != nil
        case "be.true": return value as? Bool == true
        case "be.false": return value as? Bool == false
        case "be.undefined", "not.be.ok": return value == nil
        case "be.a": return value is String && argument as? String == "string"
        case "include": return (value as? String)?.contains(argument as? String ?? "\u{0}") == true
        default: return false
        }
    }

    /// An assertion about the call as a whole: the code of its failure, the type of a number, or what was asked.
    private func holdsLiteral(_ argument: Any?) -> Bool {
        if let names = argument as? [String] { return questions == names }
        switch outcomes.first {
        case .failure(let reason): return reason == VectorResolver.faults[argument as? String ?? ""]
        case .found(let found): return argument as? String == "number" && found["pct"] is Int && found["ri"] is Int
        case .nothing, nil: return false
        }
    }
}
