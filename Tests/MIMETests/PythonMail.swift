import FoundationEssentials
import Glibc
import MIME

/// What Python's email package, or our parser, finds in a mail.
struct PythonMail: Decodable {
    /// The path in the corpus.
    let path: String
    let subject: String?
    /// Of From and To, without names.
    let addresses: [String]
    /// The readable leaves without blanks, because the two lay lines out differently.
    let texts: [String]
    /// The words that a reader of each HTML leaf sees, with single blanks between them.
    let html: [String]
    let files: [File]
    /// Second readings of Python's side, by our rules: of the subject, the texts and the files.
    let carefulSubject: String?
    let carefulTexts: [String]
    let carefulFiles: [File]
    /// Why the second reading of each text may differ from the first, as `Differences.md` calls it.
    let causes: [String]

    /// An attachment.
    struct File: Decodable, Hashable {
        let size: Int
        /// The content, in hexadecimal, by FNV-1a of 64 bits.
        let hash: String

        init(_ octets: [UInt8]) {
            size = octets.count
            var value: UInt64 = 0xCBF2_9CE4_8422_2325
            for octet in octets { value = (value ^ UInt64(octet)) &* 0x100_0000_01B3 }
            hash = String(value, radix: 16)
        }

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            size = try container.decode(Int.self)
            hash = try container.decode(String.self)
        }
    }

    /// Reads a mail with our parser, asked for the same things.
    init(path: String, _ message: ParsedMessage) {
        self.path = path
        subject = message.subject
        addresses = (message.from + message.to).map { $0.domain.isEmpty ? $0.localPart : $0.description }
        let leaves = message.parts.filter { $0.children.isEmpty && $0.mediaType.essence != "message/delivery-status" }
        // A signature is no attachment of ours, but Python has no word for it.
        let (files, texts) = leaves.reduce(into: ([Part](), [Part]())) { lists, part in
            let isFile = part.isAttachment || part.mediaType.subtype.hasSuffix("-signature")
            if isFile { lists.0.append(part) } else { lists.1.append(part) }
        }
        self.texts = texts.map { Self.withoutBlanks($0.decodedText()) }
        html = texts.filter { $0.mediaType.essence == "text/html" }.map { part in
            let text = HTMLText.text(fromHTML: part.decodedText())
            return text.unicodeScalars.split(whereSeparator: Self.isBlank).map { String($0) }.joined(separator: " ")
        }
        self.files = files.map { File($0.decoded()) }
        (carefulSubject, carefulTexts, carefulFiles, causes) = (nil, [], [], [])
    }

    /// A text without what Python calls blanks.
    static func withoutBlanks(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { !isBlank($0) }))
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }

    /// Why Python could not be asked.
    struct NoAnswer: Error {
        let command: String
    }

    /// Whether there is a Python.
    static let isInstalled = system("python3 -c 'import email' >/dev/null 2>&1") == 0

    /// Reads all mails of a folder with Python.
    static func all(in folder: String) throws -> [PythonMail] {
        let own = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let command = "python3 '\(own)/Python/read_mails.py' '\(folder)'"
        guard let pipe = popen(command, "r") else { throw NoAnswer(command: command) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while case let count = fread(&chunk, 1, chunk.count, pipe), count > 0 { output += chunk[..<count] }
        guard pclose(pipe) == 0 else { throw NoAnswer(command: command) }
        let decoder = JSONDecoder()
        return try output.split(separator: UInt8(ascii: "\n")).map { line in
            try decoder.decode(PythonMail.self, from: Data(line))
        }
    }
}
