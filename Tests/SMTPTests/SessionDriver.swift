import Bytes
import SMTP

/// Drives a session whose pipeline says yes to everything, at once.
struct SessionDriver: ~Copyable {
    var session: ServerSession
    private(set) var messages: [[UInt8]] = []
    private(set) var pieces: [[UInt8]] = []
    private(set) var isClosed = false

    init(
        _ configuration: ServerSession.Configuration = .init(hostName: "mx.example.org"), allowingXCLIENT: Bool = false
    ) {
        session = ServerSession(configuration)
        let step = session.begin(allowingXCLIENT: allowingXCLIENT)
        _ = follow(step)
    }

    /// Gives octets to the session and returns what it sends.
    mutating func send(_ octets: some Sequence<UInt8>) -> String {
        let step = Array(octets).withUnsafeBytes { session.receive($0) }
        return follow(step)
    }

    /// Gives a line to the session and returns what it sends.
    mutating func send(line: String) -> String { send((line + "\r\n").utf8) }

    private mutating func follow(_ first: ServerSession.Step) -> String {
        var step = first
        var output: [UInt8] = []
        while true {
            output += session.takeOutput()
            switch step {
            case .ask(.content(let piece)):
                pieces.append(piece.array)
                step = session.answer(.proceed)
            case .ask(.message(let content)):
                messages.append(pieces.flatMap(\.self) + content.array)
                pieces = []
                step = session.acknowledge(Receipt())
            case .ask(.authenticate): step = session.answer(.authenticated("user"))
            case .ask: step = session.answer(.proceed)
            case .close:
                isClosed = true
                return String(decoding: output, as: UTF8.self)
            case .startTLS:
                let secured = session.secure(DialogPlayer.tls)
                step = secured
            case .read, .wait: return String(decoding: output, as: UTF8.self)
            }
        }
    }
}
