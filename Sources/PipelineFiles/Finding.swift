import Bytes
package import StageKit

/// Something the check has to say about a place in a pipeline file.
package struct Finding: Sendable, Hashable {
    /// The kind, with a stable name.
    package let code: Code
    /// Where it is.
    package let location: SourceLocation
    /// What is wrong and what would be right, in lower case and without a period.
    package let text: String
    /// A word that was probably meant.
    package let suggestion: String?

    /// A finding of these parts.
    package init(_ code: Code, at location: SourceLocation, _ text: String, suggestion: String? = nil) {
        self.code = code
        self.location = location
        self.text = text
        self.suggestion = suggestion
    }

    /// Whether the file can be used all the same.
    package var severity: Severity { code.severity }

    /// How bad a finding is.
    package enum Severity: String, Sendable, Codable {
        /// The pipeline cannot run.
        case error
        /// The pipeline can run, but look.
        case warning
    }
}

extension Finding: CustomStringConvertible {
    /// The line that `sluice check` prints: `inbound.yaml:14:5: error[unknown-stage]: …; did you mean check-spf?`.
    ///
    /// What the file has in it cannot end the line, nor steer the terminal.
    package var description: String {
        let hint = suggestion.map { "; did you mean \($0)?" } ?? ""
        let line = "\(location): \(severity.rawValue)[\(code.rawValue)]: \(text)\(hint)"
        return line.unicodeScalars.reduce(into: "") { $0 += $1.steersTerminals ? $1.escaped : String($1) }
    }
}

extension Finding: Comparable {
    /// Whether one finding is printed before the other: by place, then by code and text.
    package static func < (left: Finding, right: Finding) -> Bool {
        guard left.location == right.location else { return left.location < right.location }
        return (left.code.rawValue, left.text) < (right.code.rawValue, right.text)
    }
}
