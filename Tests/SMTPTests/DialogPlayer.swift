import Bytes
import SMTP
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
    private var answers: [String: [ServerSession.Answer]]
    private var received: [UInt8] = []
    private var messages: [[UInt8]] = []
    private var pieces: [UInt8] = []
    private var open: String?
    private(set) var isClosed = false
    private let promptness: Promptness

    init(_ dialog: Dialog, _ promptness: Promptness) {
        session = ServerSession(dialog.configuration)
        answers = dialog.answers
        self.promptness = promptness
    }

    /// Plays all steps; the client's octets come in chunks of a size.
    static func play(_ dialog: Dialog, chunkSize: Int, _ promptness: Promptness) {
        var player = DialogPlayer(dialog, promptness)
        player.take(player.session.begin())
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
            case .read, .wait: return
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
        case .connect: return "connect"
        case .mail: return "mail"
        case .recipient: return "recipient"
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
            if name == "message", answer == .proceed { return session.acknowledge(Receipt()) }
            return session.answer(answer)
        }
        return name == "message" ? session.acknowledge(Receipt()) : session.answer(.proceed)
    }

    /// Gives the answers that are late, until there is a whole line.
    private mutating func catchUp() {
        while open != nil, !received.contains(0x0A) { take(answer()) }
    }

    private mutating func expect(_ line: String, _ dialog: Dialog) {
        catchUp()
        guard let end = received.firstIndex(of: 0x0A) else {
            Issue.record("\(dialog.name): nothing came, expected \(line)")
            return
        }
        let got = String(decoding: received[...end], as: UTF8.self)
        received.removeSubrange(...end)
        #expect(got == line + "\r\n", "\(dialog.name)")
    }

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

/// Shows that a message is safe, as far as a dialogue is concerned.
struct Receipt: AcceptanceProof {
    let acceptedName = "1"
}
