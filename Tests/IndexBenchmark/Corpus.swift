import Bytes
import Files
import MIME
import SearchIndex

/// Real mails, read once, from which any number is drawn.
struct Corpus: Sendable {
    /// How much of a body is given to every engine, so that a few giants do not decide the comparison.
    static let bodyLimit = 8_192

    /// The mails, with user, number and sequence still to be set.
    let mails: [IndexedMail]
    private let sizes: [Int]

    /// Reads all files below a directory as mails.
    init(directory: String) throws {
        let disk = LocalFileSystem()
        var mails: [IndexedMail] = []
        for folder in try disk.list(directory) where !folder.contains(".") {
            for name in try disk.list("\(directory)/\(folder)") {
                let file = try disk.open("\(directory)/\(folder)/\(name)", .read)
                defer { file.close() }
                mails.append(Self.mail(ParsedMessage(parsing: Octets(try file.read(0..<file.size())))))
            }
        }
        self.mails = mails
        sizes = mails.map(Self.textSize)
    }

    var isEmpty: Bool { mails.isEmpty }

    /// One mail drawn at random, and the octets of its text.
    func draw(_ random: inout Generator, user: UInt32, number: UInt32, sequence: UInt64) -> (IndexedMail, Int) {
        let choice = Int(random.next() % UInt64(mails.count))
        var mail = mails[choice]
        mail.user = user
        mail.number = number
        mail.sequence = sequence
        return (mail, sizes[choice])
    }

    private static func mail(_ parsed: ParsedMessage) -> IndexedMail {
        var body = parsed.text
        if body.utf8.count > bodyLimit { body = String(decoding: Array(body.utf8.prefix(bodyLimit)), as: UTF8.self) }
        return IndexedMail(
            user: 0, number: 0, sequence: 0, date: parsed.date ?? Timestamp(seconds: 1_000_000_000),
            size: parsed.octets.count, subject: parsed.subject ?? "", body: body, from: parsed.from.map(text),
            to: (parsed.to + parsed.cc).map(text), attachmentNames: parsed.attachments.compactMap(\.filename),
            hasAttachment: !parsed.attachments.isEmpty)
    }

    private static func text(_ address: MailAddress) -> String {
        "\(address.displayName ?? "") <\(address.localPart)@\(address.domain)>"
    }

    /// The octets of what is indexed of a mail.
    static func textSize(_ mail: IndexedMail) -> Int {
        (mail.from + mail.to + mail.attachmentNames).reduce(mail.subject.utf8.count + mail.body.utf8.count) {
            $0 + $1.utf8.count
        }
    }
}

/// A generator with a seed, so that every run draws the same mails (SplitMix64).
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
