import Bytes
import Files
import SearchIndex

/// What `Tests/bench index` gives to every engine alike: mails, which of them come in which order, and queries.
///
/// All numbers are big-endian. `mails`: their count (4 octets), then of each the date in microseconds (8), its size (4) and five texts, each behind
/// its length (4): subject, body, senders, recipients and names of attachments, the last three a line each. `draws-USERS`: a
/// pair for each mail that arrives, its user and its place in `mails` (4 each). `queries-USERS`: lines of class, kind, text,
/// sender and user, with tabs between.
struct Workload {
    /// One query, and the class in which it is timed.
    struct Question {
        let name: String
        let user: UInt32
        let query: Query
        let text: String
    }

    /// The mails in order of arrival; the sequence is the place in this order, from 1.
    let mails: [IndexedMail]
    let questions: [Question]
    /// The octets of all texts together.
    let text: Int

    /// Writes the mails of a corpus for all engines to read.
    static func prepare(_ corpus: Corpus, in directory: String) throws {
        var octets = bigEndian(UInt32(corpus.mails.count))
        for mail in corpus.mails {
            octets += bigEndian(UInt64(bitPattern: mail.date.microseconds)) + bigEndian(UInt32(mail.size))
            let lists = [mail.from, mail.to, mail.attachmentNames].map(oneALine)
            for text in [mail.subject, mail.body] + lists { octets += bigEndian(UInt32(text.utf8.count)) + text.utf8 }
        }
        let file = try LocalFileSystem().open(directory + "/mails", .create)
        defer { file.close() }
        try octets.withUnsafeBytes { try file.write($0, at: 0) }
    }

    /// Reads what there is for so many users.
    init(directory: String, users: Int) throws {
        var corpus = Reader(try Self.read(directory + "/mails"))
        let distinct = (0..<corpus.number()).map { _ in corpus.mail() }
        var draws = Reader(try Self.read(directory + "/draws-\(users)"))
        var mails: [IndexedMail] = []
        var numbers: [UInt32: UInt32] = [:]
        var text = 0
        while !draws.isAtEnd {
            let user = UInt32(draws.number())
            var mail = distinct[draws.number()]
            mail.user = user
            numbers[user, default: 0] += 1
            mail.number = numbers[user] ?? 0
            mail.sequence = UInt64(mails.count + 1)
            text += Corpus.textSize(mail)
            mails.append(mail)
        }
        self.mails = mails
        self.text = text
        questions = try String(decoding: Self.read(directory + "/queries-\(users)"), as: UTF8.self)
            .split(separator: "\n").map { try Question(line: $0) }
    }

    private static func oneALine(_ texts: [String]) -> String {
        texts.map { String($0.map { $0.isNewline ? " " : $0 }) }.joined(separator: "\n")
    }

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let file = try LocalFileSystem().open(path, .read)
        defer { file.close() }
        return try file.read(0..<file.size())
    }
}

extension Workload.Question {
    /// A line of `queries-USERS` in our own language.
    fileprivate init(line: Substring) throws {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        name = fields[0]
        user = UInt32(fields[4]) ?? 1
        // The last word of a query is a prefix, unless something follows.
        text =
            switch fields[1] {
            case "phrase": "\"\(fields[2])\""
            case "prefix": fields[2]
            case "filter": "\(fields[2]) from:\(fields[3]) is:unread"
            default: fields[2] + " "
            }
        query = try Query(parsing: text, now: Timestamp(seconds: 1_100_000_000))
    }
}

/// Takes numbers and texts from octets.
private struct Reader {
    private let octets: [UInt8]
    private var place = 0

    init(_ octets: [UInt8]) {
        self.octets = octets
    }

    var isAtEnd: Bool { place >= octets.count }

    mutating func number(octets count: Int = 4) -> Int {
        defer { place += count }
        return octets[place..<place + count].reduce(0) { $0 << 8 | Int($1) }
    }

    mutating func text() -> String {
        let count = number()
        defer { place += count }
        return String(decoding: octets[place..<place + count], as: UTF8.self)
    }

    mutating func mail() -> IndexedMail {
        let date = Timestamp(microseconds: Int64(number(octets: 8)))
        let size = number()
        let subject = text()
        let body = text()
        let lists = (0..<3).map { _ in text().split(separator: "\n").map(String.init) }
        return IndexedMail(
            user: 0, number: 0, sequence: 0, date: date, size: size, subject: subject, body: body, from: lists[0],
            to: lists[1], attachmentNames: lists[2], hasAttachment: !lists[2].isEmpty)
    }
}
