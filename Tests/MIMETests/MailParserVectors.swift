import Bytes
import Glibc
import MIME

/// The header vectors of mail-parser.
enum MailParserVectors {
    static let folder = "\(Suites.root)/mime/mail-parser/resources"

    static let suites = [
        ConformanceSuite(name: "mail-parser addresses", size: 60) { try vectors("address", addresses) },
        ConformanceSuite(name: "mail-parser dates", size: 40) { try vectors("date", date) },
        ConformanceSuite(name: "mail-parser ids", size: 11) { try vectors("id", ids) },
        ConformanceSuite(name: "mail-parser texts", size: 30) { try vectors("unstructured", text) },
        ConformanceSuite(name: "mail-parser lists", size: 7) { try vectors("list", list) },
        ConformanceSuite(name: "mail-parser content types", size: 103) { try vectors("content_type", contentType) },
        ConformanceSuite(name: "mail-parser trace", size: 181) { try vectors("received", trace) },
    ]

    private static func vectors(
        _ file: String, _ check: (ParsedMessage, JSON) -> String?
    ) throws -> [ConformanceSuite.Case] {
        try JSON.read("\(folder)/\(file).json").elements.enumerated().map { index, vector in
            let written = vector["header"].string ?? ""
            let ended = written.hasSuffix("\n") ? written : written + "\n"
            let message = ParsedMessage(parsing: Octets(Array("Content-Type:\(ended)\n".utf8)))
            return ConformanceSuite.Case(
                name: "\(index + 1)", written: written, difference: check(message, vector["expected"]))
        }
    }

    private static func compare(_ found: [String], _ wanted: [String]) -> String? {
        found == wanted ? nil : "\(found), not \(wanted)"
    }

    private static func addresses(_ message: ParsedMessage, _ expected: JSON) -> String? {
        func text(_ address: JSON) -> String { "\(address["name"].string ?? "")|\(address["address"].string ?? "")" }
        var wanted = expected["List"].elements.filter { !$0["address"].isNull }.map(text)
        for group in expected["Group"].elements {
            if let name = group["name"].string { wanted.append("group \(name)") }
            wanted += group["addresses"].elements.filter { !$0["address"].isNull }.map(text)
        }
        let found = message.header.fields[0].addressGroups.flatMap { group in
            (group.name.map { $0.isEmpty ? [] : ["group \($0)"] } ?? [])
                + group.mailboxes.map { mailbox in
                    let domain = mailbox.domain.isEmpty ? "" : "@\(mailbox.domain)"
                    return "\(mailbox.displayName ?? "")|\(mailbox.localPart)\(domain)"
                }
        }
        return compare(found, wanted)
    }

    private static func date(_ message: ParsedMessage, _ expected: JSON) -> String? {
        compare([message.header.fields[0].date.map { "\($0.seconds)" } ?? "none"], [seconds(expected)])
    }

    /// The seconds that an expected date means, by way of a form that tests of their own cover.
    static func seconds(_ date: JSON) -> String {
        guard !date.isNull else { return "none" }
        func number(_ name: String) -> Int { date[name].integer ?? 0 }
        func two(_ name: String) -> String { number(name) < 10 ? "0\(number(name))" : "\(number(name))" }
        let zone = "\(date["tz_before_gmt"].isTrue ? "-" : "+")\(two("tz_hour")):\(two("tz_minute"))"
        let text =
            "\(number("year"))-\(two("month"))-\(two("day"))T\(two("hour")):\(two("minute")):\(two("second"))\(zone)"
        return parsed("Date: \(text)\n\n").date.map { "\($0.seconds)" } ?? "none"
    }

    private static func ids(_ message: ParsedMessage, _ expected: JSON) -> String? {
        compare(message.header.fields[0].messageIDs, expected.elements.compactMap(\.string))
    }

    private static func text(_ message: ParsedMessage, _ expected: JSON) -> String? {
        compare([message.header.fields[0].value], [expected.string ?? ""])
    }

    private static func list(_ message: ParsedMessage, _ expected: JSON) -> String? {
        compare(message.header.fields[0].phrases, expected.elements.compactMap(\.string))
    }

    private static func contentType(_ message: ParsedMessage, _ expected: JSON) -> String? {
        let field = message.header.fields[0]
        guard !expected.isNull else { return nil }
        var wanted: [String: String] = [:]
        for pair in expected["attributes"].elements {
            let (name, value) = (pair.elements.first?.string ?? "", pair.elements.last?.string ?? "")
            if wanted[name] == nil { wanted[name] = value }
        }
        let media = message.root.mediaType
        var found = media.parameters
        for (name, language) in media.languages { found["\(name)-language"] = language }
        let types = [expected["c_type"].string ?? "", expected["c_subtype"].string ?? ""].map { $0.lowercased() }
        // A disposition has no subtype.
        let isSame = [media.type, media.subtype] == types && found == wanted
        return isSame ? nil : "\(field.name): \(media.essence) \(found), not \(types) \(wanted)"
    }

    /// What the grammar of RFC 5321, section 4.4 has names for.
    private static func trace(_ message: ParsedMessage, _ expected: JSON) -> String? {
        let trace = message.header.fields[0].trace
        func host(_ value: JSON) -> String { value["Name"].string ?? value["IpAddr"].string ?? "" }
        let found = [
            trace.from ?? "", Self.shortest(trace.address ?? ""), trace.by ?? "", trace.via ?? "", trace.with ?? "",
            trace.id ?? "",
            trace.for ?? "", trace.date.map { "\($0.seconds)" } ?? "none",
        ]
        let wanted = [
            host(expected["from"]), expected["from_ip"].string ?? "", host(expected["by"]),
            expected["via"].string ?? "", expected["with"].string?.uppercased() ?? "", expected["id"].string ?? "",
            expected["for_"].string ?? "", seconds(expected["date"]),
        ]
        return compare(found, wanted)
    }

    /// An IPv6 address in its shortest form (RFC 5952), which the suite has; anything else as it is.
    private static func shortest(_ address: String) -> String {
        var octets = in6_addr()
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_pton(AF_INET6, address, &octets) == 1,
            inet_ntop(AF_INET6, &octets, &text, socklen_t(text.count)) != nil
        else { return address }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
