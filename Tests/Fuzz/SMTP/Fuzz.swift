// What libFuzzer calls: the first octet chooses the server, the second how the rest is cut into pieces.
import Addressing
import Bytes
import SMTP

/// Feeds one input to the address grammar, to the PROXY header, or to a session; a trap is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSMTP(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let start, count > 2 else { return 0 }
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    let input = octets[2...]
    switch octets[0] % 8 {
    case 0: fuzzAddresses(input)
    case 1: _ = input.withUnsafeBytes { ProxyHeader($0) }
    default: fuzzSession(kind: octets[0], cut: octets[1], input)
    }
    return 0
}

/// An address that is read must be read again from its written form, as the same.
private func fuzzAddresses(_ input: ArraySlice<UInt8>) {
    var scanner = AddressScanner(input)
    do {
        let address = try scanner.mailbox()
        precondition(address.description.utf8.count <= 2 * AddressLimits.mailbox)
        var again = AddressScanner(Array(address.description.utf8)[...], localPartLength: .tolerated)
        let same = try again.mailbox() == address && again.isAtEnd
        precondition(same, "\(address) is another when read again")
    } catch {
        var path = AddressScanner(input, localPartLength: .tolerated)
        do { _ = try path.reversePath() } catch { return }
    }
}

/// The same octets have the same replies however they are cut, each of them well-formed.
private func fuzzSession(kind: UInt8, cut: UInt8, _ input: ArraySlice<UInt8>) {
    var whole = Player(kind)
    whole.send(input)
    var pieces = Player(kind)
    var rest = input
    while !rest.isEmpty {
        let size = Int(cut % 32) + 1
        pieces.send(rest.prefix(size))
        rest = rest.dropFirst(size)
    }
    let (one, other) = (whole.output, pieces.output)
    // What follows STARTTLS in one piece is thrown away, and content that came at once is never asked about in pieces,
    // so there the pieces matter.
    let mayDiffer = whole.wasSecured || pieces.wasSecured || whole.hasRefusedContent || pieces.hasRefusedContent
    precondition(one == other || mayDiffer, "the pieces change the replies")
    let lines = one.split(separator: 0x0A)
    precondition(lines.allSatisfy { $0.count >= 5 && (0x32...0x35).contains($0.first ?? 0) && $0.last == 0x0D })
    precondition(one.count <= 600 * (input.count + 2), "more replies than commands")
}

private struct Receipt: AcceptanceProof {
    let acceptedName = "1"
}

/// A session whose pipeline says yes, or no to every third question.
private struct Player: ~Copyable {
    private var session: ServerSession
    private(set) var output: [UInt8] = []
    private(set) var wasSecured = false
    private(set) var hasRefusedContent = false
    private var questions = 0
    private var handedOver = 0
    private let says: UInt8

    init(_ kind: UInt8) {
        var configuration = ServerSession.Configuration(
            hostName: "mx", messageLimit: 300, recipientLimit: 5, bareNewlines: kind & 8 == 0 ? .normalise : .refuse)
        configuration.dialect = kind & 16 == 0 ? .smtp : .lmtp
        configuration.startTLS = .offered
        configuration.mechanisms = ["PLAIN"]
        configuration.offersDSN = true
        configuration.patientErrors = 3
        says = kind
        session = ServerSession(configuration)
        // Small messages are handed over in pieces, as large ones are elsewhere.
        if kind & 4 == 0 { session.wholeMessageLimit = 40 }
        let tls = kind & 32 == 0 ? nil : TLSDetails(version: "TLSv1.3", cipher: "x")
        follow(session.begin(over: tls, allowingXCLIENT: kind & 64 != 0))
    }

    mutating func send(_ octets: ArraySlice<UInt8>) {
        follow(octets.withUnsafeBytes { session.receive($0) })
    }

    private mutating func follow(_ first: ServerSession.Step) {
        var step = first
        while true {
            output += session.takeOutput()
            // Every message begins with a question about its sender, so what an earlier one left is gone by then.
            if !session.hasHandedOver { handedOver = 0 }
            switch step {
            case .read, .wait, .close: return
            case .startTLS:
                wasSecured = true
                step = session.secure(TLSDetails(version: "TLSv1.3", cipher: "x"))
            case .ask(let question): step = answer(question)
            }
        }
    }

    private mutating func answer(_ question: ServerSession.Question) -> ServerSession.Step {
        // How often content is asked about depends on how it came, so that is not counted.
        switch question {
        case .content(let piece):
            handedOver += piece.count
            guard says & 130 == 130 else { return session.answer(.proceed) }
            hasRefusedContent = true
            return session.answer(.refuse(Reply(452, nil, "no")))
        case .pause: return session.answer(.proceed)
        default: questions += 1
        }
        let isNo = says & 128 != 0 && questions % 3 == 0
        switch question {
        case .message(let content):
            precondition(handedOver + content.count <= 300, "a message beyond its limit")
            handedOver = 0
            return isNo ? session.answer(.refuse(Reply(550, nil, "no"))) : session.acknowledge(Receipt())
        case .authenticate: return session.answer(isNo ? .challenge([1, 2]) : .authenticated("u"))
        case .pause, .content: return session.answer(.proceed)
        case .connect, .connectFor, .mail, .recipient:
            return session.answer(isNo ? .refuse(Reply(550, nil, "no")) : .proceed)
        }
    }
}
