import Bytes
import SMTP
import Testing

/// Messages that leave the session in pieces.
struct LargeMessageTests {
    private static let envelope = "EHLO c\r\nMAIL FROM:<a@c>\r\nRCPT TO:<b@d>\r\nDATA\r\n"

    /// Lines of different lengths, in so many octets.
    private static func content(_ size: Int) -> [UInt8] {
        var bytes = Array("Subject: large\r\n\r\n".utf8)
        var number = 0
        while bytes.count < size - 100 {
            bytes += Array("\(number)\(String(repeating: "x", count: number % 71))\r\n".utf8)
            number += 1
        }
        return bytes + Array(repeating: 0x7A, count: size - bytes.count - 2) + [0x0D, 0x0A]
    }

    /// A driver behind the 354 to DATA.
    private static func inData(_ limit: Int = 10_000_000) -> SessionDriver {
        var driver = SessionDriver(.init(hostName: "mx.example.org", messageLimit: limit))
        _ = driver.send(envelope.utf8)
        return driver
    }

    @Test(arguments: [-1, 0, 1]) func `a message stays whole below the limit for that, and is handed over from it on`(
        _ difference: Int
    ) {
        var driver = Self.inData()
        let content = Self.content(SessionLimits.wholeMessage + difference)
        for chunk in stride(from: 0, to: content.count, by: 1_000) {
            _ = driver.send(content[chunk..<min(chunk + 1_000, content.count)])
        }
        let pieces = driver.pieces
        #expect(pieces.isEmpty == (difference < 0), "\(pieces.map(\.count))")
        let reply = driver.send(line: ".")
        #expect(reply.hasPrefix("250 "))
        let messages = driver.messages
        let isWhole = messages == [content]
        #expect(isWhole)
    }

    @Test(arguments: [1_460, 8_191, 65_536, 1_000_000]) func `pieces make up the message, and none is large`(
        chunkSize: Int
    ) {
        var driver = Self.inData()
        let content = Self.content(1_000_000)
        var largest = 0
        for start in stride(from: 0, to: content.count, by: chunkSize) {
            _ = driver.send(content[start..<min(start + chunkSize, content.count)])
            largest = max(largest, driver.session.octetsInMemory)
        }
        let pieces = driver.pieces.map(\.count)
        _ = driver.send(line: ".")
        let messages = driver.messages
        let isWhole = messages == [content]
        #expect(isWhole)
        #expect(pieces.first.map { $0 >= SessionLimits.wholeMessage } == true, "\(pieces)")
        #expect(pieces.allSatisfy { $0 <= SessionLimits.wholeMessage + SessionLimits.piece }, "\(pieces)")
        #expect(largest < SessionLimits.wholeMessage)
    }

    @Test func `while a piece is being taken, what comes waits in its order`() {
        var session = ServerSession(.init(hostName: "mx.example.org"))
        _ = session.begin()
        _ = session.answer(.proceed)
        for _ in 0..<3 { _ = session.answer(.proceed) }
        var step = Self.give(Self.envelope.utf8, to: &session)
        while case .ask = step { step = session.answer(.proceed) }
        let content = Self.content(400_000)
        var gathered: [UInt8] = []
        var rest = content[...]
        while !rest.isEmpty || step != .read {
            if !rest.isEmpty {
                step = Self.settle(step, Self.give(rest.prefix(50_000), to: &session))
                rest = rest.dropFirst(50_000)
            }
            guard case .ask(.content(let piece)) = step else { continue }
            gathered += piece.array
            let late = rest.prefix(10_000)
            let waits = Self.give(late, to: &session)
            #expect(waits == .wait)
            rest = rest.dropFirst(10_000)
            step = session.answer(.proceed)
        }
        guard case .ask(.message(let last)) = Self.give(".\r\n".utf8, to: &session) else {
            Issue.record("the message did not come")
            return
        }
        let whole = gathered + last.array
        let isWhole = whole == content
        #expect(isWhole)
        let before = session.hasHandedOver
        _ = session.acknowledge(Receipt())
        let after = session.hasHandedOver
        #expect(before && !after)
    }

    private static func give(_ octets: some Sequence<UInt8>, to session: inout ServerSession) -> ServerSession.Step {
        Array(octets).withUnsafeBytes { session.receive($0) }
    }

    /// The step that counts: input that comes while a question is open does not change it.
    private static func settle(_ open: ServerSession.Step, _ next: ServerSession.Step) -> ServerSession.Step {
        next == .wait ? open : next
    }

    @Test func `a refused piece is the reply to the whole message, and the session goes on`() {
        var session = ServerSession(.init(hostName: "mx.example.org"))
        _ = session.begin()
        _ = session.answer(.proceed)
        var step = Self.give(Self.envelope.utf8, to: &session)
        while case .ask = step { step = session.answer(.proceed) }
        step = Self.give(Self.content(150_000), to: &session)
        guard case .ask(.content) = step else {
            Issue.record("no piece came")
            return
        }
        _ = session.takeOutput()
        step = session.answer(.refuse(Reply(.insufficientStorage, "Full")))
        #expect(step == .read)
        let output = session.takeOutput()
        #expect(output.isEmpty, "a reply within the data")
        step = Self.give(Self.content(500_000), to: &session)
        let kept = session.octetsInMemory
        #expect(step == .read && kept == 0)
        _ = Self.give(".\r\nMAIL FROM:<a@c>\r\n".utf8, to: &session)
        let (isWaiting, hasHandedOver) = (session.isWaiting, session.hasHandedOver)
        #expect(isWaiting && !hasHandedOver)
        let replies = String(decoding: session.takeOutput(), as: UTF8.self)
        #expect(replies.hasPrefix("452 4.3.1 "), "\(replies)")
    }

    @Test(arguments: [0, 1]) func `the limit counts all pieces`(excess: Int) {
        var driver = Self.inData(300_000)
        _ = driver.send(Self.content(300_000 + excess))
        let reply = driver.send(line: ".")
        #expect(reply.hasPrefix(excess == 0 ? "250 " : "552 "), "\(reply)")
        let hasHandedOver = driver.session.hasHandedOver
        #expect(!hasHandedOver)
    }

    @Test(arguments: [100, 101], [false, true]) func `a loop is found however long the header is`(
        hops: Int, isLarge: Bool
    ) {
        var driver = Self.inData()
        let filler = isLarge ? String(repeating: "y", count: 5_000) : "y"
        let header = (0..<hops).map { "RECEIVED: by mx\($0) \(filler)\r\n" }.joined()
        for start in stride(from: 0, to: header.utf8.count, by: 777) {
            _ = driver.send(Array(header.utf8.dropFirst(start).prefix(777)))
        }
        let reply = driver.send("Received-SPF: none\r\n\r\nReceived: in the body\r\n.\r\n".utf8)
        #expect(reply.hasPrefix(hops == 100 ? "250 " : "554 "), "\(reply)")
    }

    @Test func `with less memory to spare, pieces are handed over earlier`() {
        var driver = Self.inData()
        driver.session.wholeMessageLimit = 10_000
        let content = Self.content(50_000)
        for start in stride(from: 0, to: content.count, by: 1_000) {
            _ = driver.send(content[start..<start + 1_000])
        }
        let first = driver.pieces.first?.count
        #expect(first == 10_000)
        _ = driver.send(line: ".")
        let messages = driver.messages
        let isWhole = messages == [content]
        #expect(isWhole)
    }
}
