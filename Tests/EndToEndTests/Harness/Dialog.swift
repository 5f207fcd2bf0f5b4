import Foundation

/// A dialogue between a client and a server, as `Tests/SMTPTests/Dialogs` and `Dialogs` here write it.
///
/// The format is described where it is read for the session alone, in `Tests/SMTPTests/Dialog.swift`. Over TCP there is a
/// real pipeline behind the session, so dialogues whose `P:` lines script its answers are left out.
struct Dialog: Sendable {
    let name: String
    var steps: [Step] = []
    /// The `@` lines, in the form of a pipeline file's settings.
    var settings = Settings()
    /// Whether it needs a pipeline that answers as written.
    var isScripted = false

    enum Step: Sendable {
        case client([UInt8])
        case server(String)
        case message([UInt8])
        case clientEnd
        case closed
    }

    /// The settings of a server; dialogues with the same ones share one.
    struct Settings: Hashable, Sendable {
        var messageLimit = 1_000
        var recipientLimit = 100
        var errorLimit = 20
        var idleLimit = 100
        var refusesBareNewlines = false
    }

    /// All dialogues of a folder.
    static func all(in folder: String) throws -> [Dialog] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".dialog") }.sorted()
            .flatMap { try parse(Workspace.text(folder + "/" + $0), file: $0) }
    }

    private static func parse(_ text: String, file: String) throws -> [Dialog] {
        var dialogs: [Dialog] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("== ") {
                dialogs.append(Dialog(name: "\(file): \(line.dropFirst(3))"))
            } else {
                guard let last = dialogs.indices.last, dialogs[last].take(line) else {
                    throw Mishap("\(file):\(index + 1): cannot read \"\(line)\"")
                }
            }
        }
        return dialogs
    }

    private mutating func take(_ line: Substring) -> Bool {
        let text = line.dropFirst(3)
        switch line.prefix(2) {
        case "C:": steps.append(.client(Array(text.utf8) + [0x0D, 0x0A]))
        case "C|": steps.append(.client(Self.unescaped(text)))
        case "C*":
            let words = text.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let count = Int(words[0]) else { return false }
            steps.append(.client(Array(repeatElement(Self.unescaped(words[1]), count: count).joined())))
        case "S:": steps.append(.server(String(text)))
        case "M|": steps.append(.message(Self.unescaped(text)))
        case "E": steps.append(.clientEnd)
        case "X": steps.append(.closed)
        case "P:": isScripted = true
        case "@ ": return takeSetting(line.dropFirst(2))
        default: return false
        }
        return true
    }

    private mutating func takeSetting(_ text: Substring) -> Bool {
        let words = text.split(separator: " ")
        guard words.count == 2 else { return false }
        switch (words[0], Int(words[1])) {
        case ("message-limit", let number?): settings.messageLimit = number
        case ("recipient-limit", let number?): settings.recipientLimit = number
        case ("error-limit", let number?): settings.errorLimit = number
        case ("idle-limit", let number?): settings.idleLimit = number
        case ("bare-newlines", nil): settings.refusesBareNewlines = words[1] == "refuse"
        default: return false
        }
        return true
    }

    private static func unescaped(_ text: Substring) -> [UInt8] {
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
}
