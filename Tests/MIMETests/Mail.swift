import Bytes
import MIME

/// Makes messages out of text for tests; lines end as in the text.
func parsed(_ text: String, limits: ParsingLimits = .standard) -> ParsedMessage {
    ParsedMessage(parsing: Octets(Array(text.utf8)), limits: limits)
}

/// Makes messages out of octets for tests.
func parsed(_ octets: [UInt8], limits: ParsingLimits = .standard) -> ParsedMessage {
    ParsedMessage(parsing: Octets(octets), limits: limits)
}

/// A message of one text part of some type and encoding.
func bodyOnly(_ type: String, encoding: String = "8bit", _ body: [UInt8]) -> ParsedMessage {
    parsed(Array("Content-Type: \(type)\r\nContent-Transfer-Encoding: \(encoding)\r\n\r\n".utf8) + body)
}

/// The value that a field has when it is written so.
func field(_ value: String) -> HeaderField {
    parsed("X: \(value)\r\n\r\n").header.fields[0]
}

extension ParsedMessage {
    /// The kinds of all defects.
    var kinds: Set<Defect.Kind> { Set(defects.map(\.kind)) }

    /// The parts as an outline: essences, two blanks deeper for each level.
    var outline: [String] {
        var depth: [Int: Int] = [:]
        return parts.map { part in
            let own = part.parent.flatMap { depth[$0] }.map { $0 + 1 } ?? 0
            depth[part.index] = own
            return String(repeating: " ", count: own) + part.mediaType.essence
        }
    }

    /// The octets of a part's body as it is written, as text.
    func body(_ index: Int) -> String {
        String(decoding: parts[index].octets.array(parts[index].bodyRange), as: UTF8.self)
    }
}
