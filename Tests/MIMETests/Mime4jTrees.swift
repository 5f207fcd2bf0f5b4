import Bytes
import MIME

/// The messages of mime4j: their trees, how many fields each header has, and their decoded bodies.
enum Mime4jTrees {
    static func cases() -> [ConformanceSuite.Case] {
        Suites.files(in: "\(Suites.root)/mime/mime4j").filter { $0.hasSuffix(".msg") }.map { path in
            let message = ParsedMessage(parsing: Octets(Suites.octets(of: path)))
            let stem = String(path.dropLast(4))
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            let wanted = tags(Suites.octets(of: stem + "_decoded.xml"), in: "/\(folder)")
            var found = ["message"]
            tags(message, message.root, &found)
            let name = String(stem.split(separator: "/").last ?? "")
            return ConformanceSuite.Case(name: name, difference: MailParserTrees.firstDifference(found, wanted))
        }
    }

    /// The tags of a tree in order, how many fields each header has, and the bodies.
    private static func tags(_ message: ParsedMessage, _ part: Part, _ lines: inout [String]) {
        lines.append("\(part.header.fields.count) fields")
        let children = part.children.map { message.parts[$0] }
        if part.isMessage, let inner = children.first {
            lines.append("message")
            tags(message, inner, &lines)
        } else if part.isMultipart {
            lines.append("multipart")
            for child in children {
                lines.append("body-part")
                tags(message, child, &lines)
            }
            lines.append("end")
        } else {
            lines.append(text(part.decoded()))
        }
    }

    private static func tags(_ xml: [UInt8], in folder: String) -> [String] {
        var lines: [String] = []
        var fields = 0
        for piece in xml.split(separator: UInt8(ascii: "<")) {
            let tag = String(decoding: piece.prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self)
            switch tag.prefix(while: { $0 != " " }) {
            case "field": fields += 1
            case "/header":
                lines.append("\(fields) fields")
                fields = 0
            case "message", "multipart", "body-part": lines.append(tag)
            case "/multipart": lines.append("end")
            case "text-body", "binary-body":
                let name = tag.split(separator: "\"").dropFirst().first ?? ""
                lines.append(text(Suites.octets(of: "\(folder)/\(name)")))
            default: break
            }
        }
        return lines
    }

    /// Octets without the returns of their line ends: the suite's files are stored with line feeds alone.
    private static func text(_ octets: [UInt8]) -> String {
        let kept = octets.filter { $0 != UInt8(ascii: "\r") }
        return "body of \(kept.count) octets " + String(decoding: kept, as: Unicode.ASCII.self)
    }
}
