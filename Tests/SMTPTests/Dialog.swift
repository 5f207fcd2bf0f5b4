import SMTP
import Testing

/// A dialogue between a client and a server, as the files in `Dialogs` write it.
///
/// `== NAME` begins one. Then, a line each: `C: text` the client sends a line; `C| text` it sends this, with the escapes
/// `\r \n \t \0 \\` and `\xNN` and without a line end; `C* N text` it sends the text N times; `S: text` the server sends
/// exactly this line; `P: QUESTION refuse REPLY` the pipeline's next answer to `connect`, `mail`, `recipient` or `message` is
/// a refusal (otherwise it is yes); `M| text` the pipeline gets this message; `X` the connection is closed; `E` the client
/// ends its side; `@ SETTING VALUE` changes the server. `#` begins a comment.
struct Dialog: Sendable, CustomTestStringConvertible {
    var name: String
    var steps: [Step] = []
    var configuration = ServerSession.Configuration(hostName: "mx.example.org", messageLimit: 1_000)
    var answers: [String: [ServerSession.Answer]] = [:]

    enum Step: Sendable {
        case client([UInt8])
        case server(String)
        case message([UInt8])
        case clientEnd
        case closed
    }

    var testDescription: String { name }

    /// Why a dialogue file cannot be read.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads all dialogues of a file.
    static func all(in text: String, file: String) throws -> [Dialog] {
        var dialogs: [Dialog] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("== ") {
                dialogs.append(Dialog(name: "\(file): \(line.dropFirst(3))"))
            } else {
                guard let last = dialogs.indices.last, dialogs[last].take(line) else {
                    throw Mistake(description: "\(file):\(index + 1): cannot read \"\(line)\"")
                }
            }
        }
        return dialogs
    }

    private mutating func take(_ line: Substring) -> Bool {
        let (mark, text) = (line.prefix(2), line.dropFirst(3))
        switch mark {
        case "C:": steps.append(.client(Array(text.utf8) + [0x0D, 0x0A]))
        case "C|": steps.append(.client(unescaped(text)))
        case "C*":
            let words = text.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let count = Int(words[0]) else { return false }
            steps.append(.client(Array(repeatElement(unescaped(words[1]), count: count).joined())))
        case "S:": steps.append(.server(String(text)))
        case "M|": steps.append(.message(unescaped(text)))
        case "E": steps.append(.clientEnd)
        case "X": steps.append(.closed)
        case "P:": return takeAnswer(text)
        case "@ ": return takeSetting(line.dropFirst(2))
        default: return false
        }
        return true
    }

    private mutating func takeAnswer(_ text: Substring) -> Bool {
        let words = text.split(separator: " ", maxSplits: 2)
        guard words.count >= 2 else { return false }
        switch words[1] {
        case "proceed": answers[String(words[0]), default: []].append(.proceed)
        case "refuse":
            guard words.count == 3, let reply = Reply(parsing: String(words[2])) else { return false }
            answers[String(words[0]), default: []].append(.refuse(reply))
        default: return false
        }
        return true
    }

    private mutating func takeSetting(_ text: Substring) -> Bool {
        let words = text.split(separator: " ")
        guard words.count == 2 else { return false }
        switch (words[0], Int(words[1])) {
        case ("message-limit", let number?): configuration.messageLimit = number
        case ("recipient-limit", let number?): configuration.recipientLimit = number
        case ("error-limit", let number?): configuration.errorLimit = number
        case ("idle-limit", let number?): configuration.idleCommandLimit = number
        case ("bare-newlines", nil):
            guard let choice = BareNewlines(rawValue: String(words[1])) else { return false }
            configuration.bareNewlines = choice
        default: return false
        }
        return true
    }
}

private func unescaped(_ text: Substring) -> [UInt8] {
    var octets: [UInt8] = []
    var rest = text.utf8[...]
    while let octet = rest.popFirst() {
        guard octet == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
            octets.append(octet)
            continue
        }
        switch letter {
        case UInt8(ascii: "r"): octets.append(0x0D)
        case UInt8(ascii: "n"): octets.append(0x0A)
        case UInt8(ascii: "t"): octets.append(0x09)
        case UInt8(ascii: "0"): octets.append(0x00)
        case UInt8(ascii: "x"):
            octets.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0x3F)
            rest = rest.dropFirst(2)
        default: octets.append(letter)
        }
    }
    return octets
}
