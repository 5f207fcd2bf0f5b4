import Bytes
import MIME

/// The messages of mail-parser, with their trees, file names and decoded bodies.
enum MailParserTrees {
    static func cases() throws -> [ConformanceSuite.Case] {
        let folder = "\(MailParserVectors.folder)/eml/"
        return try Suites.files(in: folder).filter { $0.hasSuffix(".eml") }.map { path in
            let message = ParsedMessage(parsing: Octets(Suites.octets(of: path)))
            let expected = try JSON.read(String(path.dropLast(4)) + ".json")
            var (wanted, found): ([String], [String]) = ([], [])
            outline(expected, 0, "", &wanted)
            outline(message, message.root, "", &found)
            let name = path.dropFirst(folder.utf8.count).dropLast(4).drop { $0 == "/" }
            return ConformanceSuite.Case(name: String(name), difference: firstDifference(found, wanted))
        }
    }

    /// The first line in which two outlines differ.
    static func firstDifference(_ found: [String], _ wanted: [String]) -> String? {
        guard found != wanted else { return nil }
        let place = zip(found, wanted).prefix { $0 == $1 }.count
        // Of long lines the end that differs is shown.
        let same =
            place < found.count && place < wanted.count
            ? zip(found[place].unicodeScalars, wanted[place].unicodeScalars).prefix { $0 == $1 }.count : 0
        let skipped = max(same - 30, 0)
        func line(_ lines: [String]) -> String {
            place < lines.count ? String(lines[place].unicodeScalars.dropFirst(skipped).prefix(200)) : "the end"
        }
        return
            "line \(place + 1) of \(found.count) is \(line(found).debugDescription), not \(line(wanted).debugDescription)"
    }

    private static func outline(_ message: ParsedMessage, _ part: Part, _ indent: String, _ lines: inout [String]) {
        let name = part.filename.map { " \($0)" } ?? ""
        let children = part.children.map { message.parts[$0] }
        if children.isEmpty {
            let isText = part.mediaType.type == "text" || part.isMultipart
            lines.append("\(indent)leaf\(name)")
            lines.append(lineFeeds(isText ? part.decodedText() : octets(part.decoded())))
        } else {
            lines.append("\(indent)\(part.isMultipart ? "multipart" : "message")\(name)")
            for child in children { outline(message, child, indent + " ", &lines) }
        }
    }

    private static func outline(_ message: JSON, _ index: Int, _ indent: String, _ lines: inout [String]) {
        let part = message["parts"].elements[index]
        let body = part["body"]
        let name = filename(part).map { " \($0)" } ?? ""
        if !body["Multipart"].isNull, !body["Multipart"].elements.isEmpty {
            lines.append("\(indent)multipart\(name)")
            for child in body["Multipart"].elements.compactMap(\.integer) {
                outline(message, child, indent + " ", &lines)
            }
        } else if !body["Message"].isNull {
            lines.append("\(indent)message\(name)")
            outline(body["Message"], 0, indent + " ", &lines)
        } else {
            lines.append("\(indent)leaf\(name)")
            let binary = body["Binary"].elements + body["InlineBinary"].elements
            let text = body["Text"].string ?? body["Html"].string
            lines.append(
                lineFeeds(text ?? octets(binary.compactMap(\.integer).map { UInt8(truncatingIfNeeded: $0) })))
        }
    }

    /// The text with line feeds alone: the suite is inconsistent in what its line ends become.
    private static func lineFeeds(_ text: String) -> String { text.replacing("\r\n", with: "\n") }

    /// The octets as text if they are text, else as numbers.
    private static func octets(_ octets: [UInt8]) -> String {
        String(validating: octets, as: UTF8.self) ?? "\(octets)"
    }

    private static func filename(_ part: JSON) -> String? {
        func value(_ field: String, _ attribute: String) -> String? {
            let header = part["headers"].elements.first { $0["name"].string == field }
            let attributes = header?["value"]["ContentType"]["attributes"].elements ?? []
            return attributes.first { $0["name"].string == attribute }?["value"].string
        }
        return value("content_disposition", "filename") ?? value("content_type", "name")
    }
}
