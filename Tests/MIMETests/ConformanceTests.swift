import Bytes
import MIME
import Testing

/// Expectations of other parsers; each table counts what agrees, and may only grow.
@Suite(.enabled(if: Suites.exists("mime"), "the suites of other MIME parsers are not in SLUICE_SUITES"))
struct ConformanceTests {
    private static let headers = "\(Suites.root)/mime/mail-parser/resources"

    /// Fails with the differences if fewer cases agree than did before.
    private func expect(_ results: [(name: String, difference: String?)], atLeast passes: Int) {
        let differences = results.compactMap { result in result.difference.map { "\(result.name): \($0)" } }
        let passed = results.count - differences.count
        #expect(passed >= passes, "\(passed) of \(results.count):\n\(differences.joined(separator: "\n"))")
    }

    private func vectors(_ file: String, _ check: (HeaderField, JSON) -> String?) throws -> [(String, String?)] {
        try JSON.read("\(Self.headers)/\(file).json").elements.map { vector in
            let written = vector["header"].string ?? ""
            let ended = written.hasSuffix("\n") ? written : written + "\n"
            let message = ParsedMessage(parsing: Octets(Array("X:\(ended)\n".utf8)))
            return (written, check(message.header.fields[0], vector["expected"]))
        }
    }

    @Test func `mail-parser addresses`() throws {
        let results = try vectors("address") { field, expected in
            let groups = expected["Group"].elements.flatMap { $0["addresses"].elements }
            let wanted = (expected["List"].elements + groups).filter { !$0["address"].isNull }
                .map { "\($0["name"].string ?? "")|\($0["address"].string ?? "")" }
            let found = field.addresses.map { address in
                let domain = address.domain.isEmpty ? "" : "@\(address.domain)"
                return "\(address.displayName ?? "")|\(address.localPart)\(domain)"
            }
            return wanted == found ? nil : "\(found), not \(wanted)"
        }
        expect(results, atLeast: Baseline.addresses)
    }

    @Test func `mail-parser dates`() throws {
        let results = try vectors("date") { field, expected in
            let found = field.date.map { "\($0.seconds)" } ?? "none"
            let wanted = Self.seconds(expected)
            return wanted == found ? nil : "\(found), not \(wanted)"
        }
        expect(results, atLeast: Baseline.dates)
    }

    /// The seconds that an expected date means, by way of a form that its own tests cover.
    private static func seconds(_ date: JSON) -> String {
        guard !date.isNull else { return "none" }
        func number(_ name: String) -> Int { date[name].integer ?? 0 }
        func two(_ name: String) -> String { number(name) < 10 ? "0\(number(name))" : "\(number(name))" }
        let zone = "\(date["tz_before_gmt"].isTrue ? "-" : "+")\(two("tz_hour")):\(two("tz_minute"))"
        let text =
            "\(number("year"))-\(two("month"))-\(two("day"))T\(two("hour")):\(two("minute")):\(two("second"))\(zone)"
        return parsed("Date: \(text)\n\n").date.map { "\($0.seconds)" } ?? "none"
    }

    @Test func `mail-parser message ids`() throws {
        let results = try vectors("id") { field, expected in
            let wanted = expected.elements.compactMap(\.string)
            return wanted == field.messageIDs ? nil : "\(field.messageIDs), not \(wanted)"
        }
        expect(results, atLeast: Baseline.ids)
    }

    @Test func `mail-parser texts`() throws {
        let results = try vectors("unstructured") { field, expected in
            let wanted = expected.string ?? ""
            return wanted == field.value ? nil : "\(field.value), not \(wanted)"
        }
        expect(results, atLeast: Baseline.texts)
    }

    @Test func `mail-parser content types`() throws {
        let results = try JSON.read("\(Self.headers)/content_type.json").elements.map { vector in
            let written = vector["header"].string ?? ""
            let ended = written.hasSuffix("\n") ? written : written + "\n"
            let message = ParsedMessage(
                parsing: Octets(Array("Content-Disposition:\(ended)Content-Type:\(ended)\n".utf8)))
            return (written, Self.difference(message.parts[0], vector["expected"]))
        }
        expect(results, atLeast: Baseline.contentTypes)
    }

    private static func difference(_ part: Part, _ expected: JSON) -> String? {
        guard !expected.isNull else { return nil }
        var wanted: [String: String] = [:]
        for pair in expected["attributes"].elements {
            let (name, value) = (pair.elements.first?.string ?? "", pair.elements.last?.string ?? "")
            if wanted[name] == nil { wanted[name] = value }
        }
        let subtype = expected["c_subtype"].string ?? ""
        let found = part.mediaType
        let isSame =
            found.type == expected["c_type"].string?.lowercased() && found.subtype == subtype.lowercased()
            && found.parameters == wanted
        return isSame ? nil : "\(found.essence) \(found.parameters), not \(subtype) \(wanted)"
    }

    @Test func `mail-parser trees`() throws {
        let files = Suites.files(in: "\(Self.headers)/eml").filter { $0.hasSuffix(".eml") }
        let results = try files.map { path -> (String, String?) in
            let message = ParsedMessage(parsing: Octets(Suites.octets(of: path)))
            let expected = try JSON.read(String(path.dropLast(4)) + ".json")
            let (wanted, found) = (Self.shape(expected, 0), Self.shape(message, message.root))
            return (String(path.dropFirst(Self.headers.utf8.count)), wanted == found ? nil : "\(found), not \(wanted)")
        }
        expect(results, atLeast: Baseline.trees)
    }

    /// A tree as letters: multipart, message (R), leaf, children in parentheses.
    private static func shape(_ message: ParsedMessage, _ part: Part) -> String {
        let children = part.children.map { shape(message, message.parts[$0]) }.joined()
        if part.isMultipart, !children.isEmpty { return "M(\(children))" }
        return part.isMessage && !children.isEmpty ? "R(\(children))" : "L"
    }

    private static func shape(_ message: JSON, _ index: Int) -> String {
        let parts = message["parts"].elements
        guard index < parts.count else { return "" }
        let body = parts[index]["body"]
        if !body["Multipart"].isNull {
            let children = body["Multipart"].elements.compactMap(\.integer).map { shape(message, $0) }.joined()
            return children.isEmpty ? "L" : "M(\(children))"
        }
        return body["Message"].isNull ? "L" : "R(\(shape(body["Message"], 0)))"
    }

    @Test func `mime4j trees`() {
        let files = Suites.files(in: "\(Suites.root)/mime/mime4j").filter { $0.hasSuffix(".msg") }
        let results = files.map { path -> (String, String?) in
            let message = ParsedMessage(parsing: Octets(Suites.octets(of: path)))
            let wanted = Self.tags(Suites.octets(of: String(path.dropLast(4)) + ".xml"))
            let found = "message " + Self.tags(message, message.root)
            return (String(path.split(separator: "/").last ?? ""), wanted == found ? nil : "\(found), not \(wanted)")
        }
        expect(results, atLeast: Baseline.mime4j)
    }

    /// The tags of a tree in order, and how many fields each header has.
    private static func tags(_ message: ParsedMessage, _ part: Part) -> String {
        let children = part.children.map { message.parts[$0] }
        let fields = "\(part.header.fields.count) "
        if part.isMessage, let inner = children.first { return fields + "message " + tags(message, inner) }
        guard part.isMultipart, !children.isEmpty else { return fields + "body " }
        return fields + "multipart " + children.map { "body-part " + tags(message, $0) }.joined() + "end "
    }

    private static func tags(_ xml: [UInt8]) -> String {
        var result = ""
        var fields = 0
        for piece in xml.split(separator: UInt8(ascii: "<")) {
            let name = String(decoding: piece.prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self)
            switch name {
            case "field": fields += 1
            case "/header":
                result += "\(fields) "
                fields = 0
            case "message", "multipart", "body-part", "body": result += "\(name) "
            case "/multipart": result += "end "
            default: break
            }
        }
        return result
    }

    @Test func `zbateson headers`() throws {
        let expectations = try JSON.read("\(Suites.root)/mime/zbateson/derived/expected.json").members
        let results = expectations.sorted { $0.key < $1.key }.map { name, expected -> (String, String?) in
            let path = "\(Suites.root)/mime/zbateson/_data/emails/\(name).txt"
            let message = ParsedMessage(parsing: Octets(Suites.octets(of: path)))
            var found = [message.subject ?? "", message.messageID ?? ""]
            var wanted = [expected["Subject"].string ?? found[0], expected["Message-ID"].string ?? found[1]]
            for (field, addresses) in [("From", message.from), ("To", message.to)] where !expected[field].isNull {
                let pair = expected[field].elements.first ?? expected[field]
                wanted += [pair["name"].string ?? "", pair["email"].string ?? ""]
                found += [addresses.first?.displayName ?? "", addresses.first?.description ?? ""]
            }
            if let count = expected["attachments"].string ?? expected["attachments"].integer.map({ "\($0)" }) {
                wanted.append(count)
                found.append("\(message.attachments.count)")
            }
            return (name, wanted == found ? nil : "\(found), not \(wanted)")
        }
        expect(results, atLeast: Baseline.zbateson)
    }
}
