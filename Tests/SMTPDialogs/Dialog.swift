import Foundation

/// A dialogue between a client and a server, as the files in `Tests/EndToEndTests/Dialogs` write it.
///
/// `== NAME` begins one. Then, a line each:
///
/// | line | what happens |
/// |---|---|
/// | `H` | the server greets, the client says EHLO (LHLO), the server answers with whatever it offers |
/// | `C: text` | the client sends a line |
/// | `C\| text` | it sends this, with the escapes `\r \n \t \0 \\` and `\xNN`, and without a line end |
/// | `C* N text` | it sends this N times |
/// | `S: text` | the server sends exactly this line |
/// | `S? text` | it sends one or more lines, of which one is exactly this, up to the last of a reply |
/// | `M\| text` | the pipeline gets this message |
/// | `T` | the connection is encrypted |
/// | `E` | the client ends its side |
/// | `X` | the connection is closed |
/// | `P: QUESTION ANSWER` | the pipeline's next answer to `connect`, `mail`, `recipient`, `message` or `authentication`: `proceed`, `refuse REPLY`, `challenge TEXT` or `authenticated USER`; otherwise it says yes |
/// | `@ SETTING VALUE` | changes the server; see ``Settings`` |
/// | `# text` | a comment |
package struct Dialog: Sendable {
    /// The file's name and its own.
    package var name: String
    /// What happens.
    package var steps: [Step] = []
    /// The server's settings.
    package var settings = Settings()
    /// What the pipeline answers, by question; only a scripted one does.
    package var answers: [String: [Answer]] = [:]

    /// One thing that happens.
    package enum Step: Sendable {
        case hello
        case client([UInt8])
        case server(String)
        case serverAmong(String)
        case message([UInt8])
        case encrypt
        case clientEnd
        case closed
    }

    /// What a scripted pipeline says.
    package enum Answer: Sendable {
        case proceed
        case refuse(String)
        case challenge(String)
        case authenticated(String)
    }

    /// Which connections it is for.
    package enum Channel: String, Sendable {
        /// Those in the clear, and those that are encrypted from the first octet on.
        case any
        case plain, tls
    }

    /// The settings of a server; dialogues with the same ones share one.
    package struct Settings: Hashable, Sendable {
        package var messageLimit = 1_000
        package var recipientLimit = 100
        package var errorLimit = 20
        package var idleLimit = 100
        package var bareNewlines = "normalise"
        /// `smtp` or `lmtp`.
        package var dialect = "smtp"
        /// `unavailable`, `offered` or `required`.
        package var startTLS = "unavailable"
        package var offersDSN = false
        package var allowsXCLIENT = false
        /// The mechanisms, which need a scripted pipeline.
        package var mechanisms = ""
        /// Whether mail needs a user, which a scripted pipeline alone knows.
        package var requiresAuthentication = false
        /// The commands that are answered as if they did not exist.
        package var disabled: [String] = []
        /// The mistakes that are answered at once.
        package var patientErrors = Int.max
        package var channel = Channel.any
    }

    /// Why a dialogue file cannot be read.
    package struct Mistake: Error, CustomStringConvertible {
        package let description: String
    }

    /// Whether it needs a pipeline that answers as written.
    package var isScripted: Bool { !answers.isEmpty || !settings.mechanisms.isEmpty }

    /// The folder of all dialogues.
    package static var folder: String {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return tests.appending(path: "EndToEndTests/Dialogs").path
    }

    /// The dialogues of the files whose names the condition fits, in the order of the names.
    package static func all(where fits: (String) -> Bool = { _ in true }) throws -> [Dialog] {
        try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".dialog") && fits($0) }.sorted()
            .flatMap { try parse(String(contentsOfFile: folder + "/" + $0, encoding: .utf8), file: $0) }
    }

    private static func parse(_ text: String, file: String) throws -> [Dialog] {
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
        let text = line.dropFirst(3)
        switch line.prefix(2) {
        case "H": steps.append(.hello)
        case "C:": steps.append(.client(Array(text.utf8) + [0x0D, 0x0A]))
        case "C|": steps.append(.client(unescaped(text)))
        case "C*":
            let words = text.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let count = Int(words[0]) else { return false }
            steps.append(.client(Array(repeatElement(unescaped(words[1]), count: count).joined())))
        case "S:": steps.append(.server(String(text)))
        case "S?": steps.append(.serverAmong(String(text)))
        case "M|": steps.append(.message(unescaped(text)))
        case "T": steps.append(.encrypt)
        case "E": steps.append(.clientEnd)
        case "X": steps.append(.closed)
        case "P:": return takeAnswer(text)
        case "@ ": return settings.take(line.dropFirst(2))
        default: return false
        }
        return true
    }

    private mutating func takeAnswer(_ text: Substring) -> Bool {
        let words = text.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count >= 2 else { return false }
        let rest = words.count == 3 ? words[2] : ""
        let answer: Answer
        switch words[1] {
        case "proceed": answer = .proceed
        case "refuse": answer = .refuse(rest)
        case "challenge": answer = .challenge(rest)
        case "authenticated": answer = .authenticated(rest)
        default: return false
        }
        answers[words[0], default: []].append(answer)
        return true
    }
}

extension Dialog.Settings {
    fileprivate mutating func take(_ text: Substring) -> Bool {
        let words = text.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return false }
        let value = String(words[1])
        switch (words[0], Int(value)) {
        case ("message-limit", let number?): messageLimit = number
        case ("recipient-limit", let number?): recipientLimit = number
        case ("error-limit", let number?): errorLimit = number
        case ("idle-limit", let number?): idleLimit = number
        case ("bare-newlines", nil): bareNewlines = value
        case ("protocol", nil): dialect = value
        case ("starttls", nil):
            startTLS = value
            channel = .plain
        case ("dsn", nil): offersDSN = value == "yes"
        case ("xclient", nil): allowsXCLIENT = value == "yes"
        case ("mechanisms", nil): mechanisms = value
        case ("authentication", nil): requiresAuthentication = value == "required"
        case ("disabled", nil): disabled = value.split(separator: " ").map(String.init)
        case ("patient-errors", let number?): patientErrors = number
        case ("channel", nil):
            guard let channel = Dialog.Channel(rawValue: value) else { return false }
            self.channel = channel
        default: return false
        }
        return true
    }
}

private func unescaped(_ text: Substring) -> [UInt8] {
    let letters: [UInt8: UInt8] = [0x72: 0x0D, 0x6E: 0x0A, 0x74: 0x09, 0x30: 0x00, 0x5C: 0x5C]
    var octets: [UInt8] = []
    var rest = text.utf8[...]
    while let octet = rest.popFirst() {
        guard octet == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
            octets.append(octet)
            continue
        }
        if letter == UInt8(ascii: "x") {
            octets.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0x3F)
            rest = rest.dropFirst(2)
        } else {
            octets.append(letters[letter] ?? letter)
        }
    }
    return octets
}
