/// Replaces `${env:NAME}` and `${file:PATH}` in a text.
struct References: Sendable {
    /// What a text became.
    enum Outcome: Equatable {
        /// It has no reference.
        case unchanged
        /// It has only escaped ones.
        case escaped(String)
        /// References were replaced.
        case replaced(String)
        /// One cannot be replaced: why, and at which character.
        case failed(String, offset: Int)
    }

    let environment: [String: String]
    /// Reads a file by the path in the reference.
    let read: @Sendable (String) throws -> [UInt8]
    /// Whether others than the owner may read the file of a path.
    let isExposed: @Sendable (String) throws -> Bool

    func callAsFunction(_ text: String) -> Outcome {
        var result = ""
        var rest = text[...]
        var outcome = Outcome.unchanged
        while let start = rest.firstRange(of: "${") {
            let before = rest[..<start.lowerBound]
            if before.last == "$" {
                result += before.dropLast() + "${"
                rest = rest[start.upperBound...]
                if outcome == .unchanged { outcome = .escaped("") }
                continue
            }
            let offset = text.unicodeScalars.distance(from: text.startIndex, to: start.lowerBound)
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                return .failed("a reference has no end; write ${env:NAME}, or $${ for the characters", offset: offset)
            }
            switch value(of: rest[start.upperBound..<end]) {
            case .success(let value): result += before + value
            case .failure(let failure): return .failed(failure.text, offset: offset)
            }
            rest = rest[rest.index(after: end)...]
            outcome = .replaced("")
        }
        switch outcome {
        case .replaced: return .replaced(result + rest)
        case .escaped: return .escaped(result + rest)
        case .unchanged, .failed: return outcome
        }
    }

    /// The files in a text with references that others than their owners may read.
    func exposedFiles(in text: String) -> [String] {
        text.matches(of: /\$\{file:([^}]+)\}/).map { String($0.1) }.filter { path in
            do {
                return try isExposed(path)
            } catch {
                // One that cannot be looked at cannot be read either, which is a finding already.
                return false
            }
        }
    }

    private struct Failure: Error {
        let text: String
    }

    private func value(of reference: Substring) -> Result<String, Failure> {
        let parts = reference.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else {
            return .failure(Failure(text: "${\(reference)} must be ${env:NAME} or ${file:PATH}"))
        }
        switch parts[0] {
        case "env":
            guard let value = environment[String(parts[1])] else {
                return .failure(Failure(text: "the environment has no variable \(parts[1])"))
            }
            return .success(value)
        case "file": return content(of: String(parts[1]))
        default: return .failure(Failure(text: "${\(reference)} must be ${env:NAME} or ${file:PATH}"))
        }
    }

    private func content(of path: String) -> Result<String, Failure> {
        do {
            let bytes = try read(path)
            // Editors end a file with a line end, which is not part of a password.
            guard bytes.count <= YAMLReader.sizeLimit, let text = String(validating: bytes, as: UTF8.self) else {
                return .failure(Failure(text: "\(path) must be a short UTF-8 text"))
            }
            let end = text.hasSuffix("\r\n") || text.hasSuffix("\n") ? text.dropLast() : text[...]
            return .success(String(end))
        } catch {
            return .failure(Failure(text: "\(error)"))
        }
    }
}
