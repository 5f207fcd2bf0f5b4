import Bytes
import MIME

/// The mails of zbateson: header fields, texts, attachments, signatures.
enum ZbatesonMails {
    private static let folder = "\(Suites.root)/mime/zbateson"

    /// All expectations whose mail is there.
    static func cases() throws -> [ConformanceSuite.Case] {
        let expectations = try JSON.read("\(folder)/derived/expected.json").members
        return expectations.sorted { $0.key < $1.key }.compactMap { name, expected in
            let octets = Suites.octets(of: "\(folder)/_data/emails/\(name).txt")
            // The suite lost one of its mails.
            guard !octets.isEmpty else { return nil }
            let message = ParsedMessage(parsing: Octets(octets))
            return ConformanceSuite.Case(name: name, difference: difference(message, expected))
        }
    }

    private static func difference(_ message: ParsedMessage, _ expected: JSON) -> String? {
        var found = [message.subject ?? "", message.messageID ?? ""]
        var wanted = [expected["Subject"].string ?? found[0], expected["Message-ID"].string ?? found[1]]
        for (field, addresses) in [("From", message.from), ("To", message.to)] where !expected[field].isNull {
            let pair = expected[field].elements.first ?? expected[field]
            wanted += [pair["name"].string ?? "", pair["email"].string ?? ""]
            found += [addresses.first?.displayName ?? "", addresses.first?.description ?? ""]
        }
        if let count = expected["attachments"].string ?? expected["attachments"].integer.map({ "\($0)" }) {
            wanted.append("\(count) attachments")
            found.append("\(message.files.count) attachments")
        }
        if !expected["signed"].isNull {
            wanted += ["protocol", "micalg", "body"].map { expected["signed"][$0].string ?? "" }
            found += signature(message)
        }
        if let name = expected["text"].string {
            let octets = Suites.octets(of: "\(folder)/_data/emails/files/\(name)")
            // The files are in UTF-8 or in ISO-8859-1.
            let latin = String(String.UnicodeScalarView(octets.map { Unicode.Scalar($0) }))
            wanted.append(words(String(validating: octets, as: UTF8.self) ?? latin))
            // The suite looks at the first text alone.
            found.append(String(words(message.text).prefix(wanted[wanted.count - 1].count)))
        }
        return MailParserTrees.firstDifference(found, wanted)
    }

    private static func signature(_ message: ParsedMessage) -> [String] {
        for part in message.parts {
            guard case .signed(let type, let digest, _, let signature?) = part.protection else { continue }
            return [type ?? "", digest ?? "", words(message.parts[signature].decodedText())]
        }
        return []
    }

    /// A text's words: the suite compares texts without blanks and line ends.
    private static func words(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
