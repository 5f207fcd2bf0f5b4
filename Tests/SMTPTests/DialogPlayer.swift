import Bytes
import SMTP
import SMTPDialogs
import Testing

/// Plays a dialogue against a session.
struct DialogPlayer: ~Copyable {
    /// When the pipeline answers.
    enum Promptness: Sendable, CaseIterable {
        /// At once.
        case prompt
        /// When the client has sent everything up to the next reply that the dialogue expects.
        case late
    }

    private var session: ServerSession
    private var answers: [String: [Dialog.Answer]]
    private let helloLine: String
    private var received: [UInt8] = []
    private var messages: [[UInt8]] = []
    private var pieces: [UInt8] = []
    private var open: String?
    private(set) var isClosed = false
    private let promptness: Promptness

    init(_ dialog: Dialog, _ promptness: Promptness) {
        session = ServerSession(dialog.configuration)
        helloLine = dialog.settings.dialect == "lmtp" ? "LHLO c.example\r\n" : "EHLO c.example\r\n"
        answers = dialog.answers
        self.promptness = promptness
    }

    /// Plays all steps; the client's octets come in chunks of a size.
    static func play(_ dialog: Dialog, over tls: TLSDetails? = nil, chunkSize: Int, _ promptness: Promptness) {
        var player = DialogPlayer(dialog, promptness)
        player.take(player.session.begin(over: tls, allowingXCLIENT: dialog.settings.allowsXCLIENT))
        var steps = dialog.steps[...]
        while let step = steps.popFirst() {
            switch step {
            case .client(var octets):
                while case .client(let more)? = steps.first {
                    octets += more
                    steps.removeFirst()
                }
                player.send(octets, chunkSize: chunkSize)
            case .server(let line): player.expect(line, dialog)
            case .hello:
                player.expectReply(with: nil, dialog)
                player.send(Array(player.helloLine.utf8), chunkSize: chunkSize)
                player.expectReply(with: nil, dialog)
            case .serverAmong(let line): player.expectReply(with: line, dialog)
            case .encrypt: player.take(player.session.secure(Self.tls))
            case .message(let octets): player.expectMessage(octets, dialog)
            case .clientEnd: player.take(player.session.endInput())
            case .closed: player.expectClosed(dialog)
            }
        }
        player.expectNothingMore(dialog)
    }

    private mutating func send(_ octets: [UInt8], chunkSize: Int) {
        var rest = octets[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(chunkSize)
            rest = rest.dropFirst(chunkSize)
            let step = chunk.withUnsafeBytes { session.receive($0) }
            take(step)
        }
    }

    private mutating func take(_ first: ServerSession.Step) {
        var step = first
        while true {
            received += session.takeOutput()
            switch step {
            case .read, .wait, .startTLS: return
            case .close:
                isClosed = true
                return
            case .ask(let question):
                open = note(question)
                if promptness == .late { return }
                step = answer()
            }
        }
    }

    private mutating func note(_ question: ServerSession.Question) -> String {
        switch question {
        case .connect, .connectFor: return "connect"
        case .authenticate: return "authentication"
        case .mail: return "mail"
        case .recipient: return "recipient"
        case .pause: return "pause"
        case .content(let piece):
            pieces += piece.array
            return "content"
        case .message(let octets):
            messages.append(pieces + octets.array)
            pieces = []
            return "message"
        }
    }

    private mutating func answer() -> ServerSession.Step {
        guard let name = open else { return .read }
        open = nil
        if var scripted = answers[name], !scripted.isEmpty {
            let answer = scripted.removeFirst()
            answers[name] = scripted
            if name == "message", case .proceed = answer { return session.acknowledge(Receipt()) }
            return session.answer(answer.asAnswer)
        }
        return name == "message" ? session.acknowledge(Receipt()) : session.answer(.proceed)
    }

    /// Gives the answers that are late, until there is a whole line.
    private mutating func catchUp() {
        while open != nil, !received.contains(0x0A) { take(answer()) }
    }

    private mutating func expect(_ line: String, _ dialog: Dialog) {
        guard let got = takeLine() else {
            Issue.record("\(dialog.name): nothing came, expected \(line)")
            return
        }
        #expect(got == line + "\r\n", "\(dialog.name)")
    }

    private mutating func takeLine() -> String? {
        catchUp()
        guard let end = received.firstIndex(of: 0x0A) else { return nil }
        defer { received.removeSubrange(...end) }
        return String(decoding: received[...end], as: UTF8.self)
    }

    /// Reads a whole reply, of which one line is as written.
    private mutating func expectReply(with wanted: String?, _ dialog: Dialog) {
        var lines: [String] = []
        while let line = takeLine() {
            lines.append(line)
            if line.dropFirst(3).first != "-" { break }
        }
        #expect(!lines.isEmpty, "\(dialog.name): no reply came")
        if let wanted { #expect(lines.contains(wanted + "\r\n"), "\(dialog.name): \(lines)") }
    }

    /// What an encrypted connection is in the dialogues.
    static let tls = TLSDetails(version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256")

    private mutating func expectMessage(_ octets: [UInt8], _ dialog: Dialog) {
        while messages.isEmpty, open != nil { take(answer()) }
        guard !messages.isEmpty else {
            Issue.record("\(dialog.name): no message came")
            return
        }
        let got = messages.removeFirst()
        #expect(got == octets, "\(dialog.name): \(String(decoding: got, as: UTF8.self).debugDescription)")
    }

    private mutating func expectClosed(_ dialog: Dialog) {
        while open != nil { take(answer()) }
        let isClosed = isClosed
        #expect(isClosed, "\(dialog.name): the connection is still open")
    }

    private mutating func expectNothingMore(_ dialog: Dialog) {
        while open != nil { take(answer()) }
        let (left, unread) = (String(decoding: received, as: UTF8.self), messages.count)
        #expect(left == "", "\(dialog.name)")
        #expect(unread == 0, "\(dialog.name): a message came that the dialogue does not expect")
    }
}

extension Dialog {
    /// What the settings mean to a session.
    fileprivate var configuration: ServerSession.Configuration {
        var configuration = ServerSession.Configuration(
            hostName: "mx.example.org", messageLimit: settings.messageLimit, recipientLimit: settings.recipientLimit,
            errorLimit: settings.errorLimit, idleCommandLimit: settings.idleLimit,
            bareNewlines: BareNewlines(rawValue: settings.bareNewlines) ?? .normalise)
        configuration.dialect = ServerSession.Dialect(rawValue: settings.dialect) ?? .smtp
        configuration.startTLS = ServerSession.StartTLS(rawValue: settings.startTLS) ?? .unavailable
        configuration.offersDSN = settings.offersDSN
        configuration.requiresAuthentication = settings.requiresAuthentication
        configuration.disabledCommands = Set(
            settings.disabled.compactMap(ServerSession.OptionalCommand.init(rawValue:)))
        configuration.patientErrors = settings.patientErrors
        configuration.mechanisms = settings.mechanisms.split(separator: " ").map(String.init)
        return configuration
    }
}

extension Dialog.Answer {
    fileprivate var asAnswer: ServerSession.Answer {
        switch self {
        case .proceed: .proceed
        case .refuse(let text): .refuse(Reply(parsing: text) ?? Reply(599, nil, "The dialogue's reply is none"))
        case .challenge(let text): .challenge(Array(text.utf8))
        case .authenticated(let user): .authenticated(user)
        }
    }
}

/// Shows that a message is safe, as far as a dialogue is concerned.
struct Receipt: AcceptanceProof {
    let acceptedName = "1"
}
