import Bytes
import SMTP
import Testing

/// Messages that come in chunks (RFC 3030) and leave the session in pieces.
struct LargeChunkTests {
    private static let envelope = "EHLO c\r\nMAIL FROM:<a@c>\r\nRCPT TO:<b@d>\r\n"

    /// Text in so many octets.
    private static func content(_ size: Int) -> [UInt8] {
        Array("Subject: large\r\n\r\n".utf8) + (0..<size - 20).map { UInt8(0x61 + $0 % 23) } + [0x0D, 0x0A]
    }

    private static func driver(_ limit: Int = 10_000_000) -> SessionDriver {
        var driver = SessionDriver(.init(hostName: "mx.example.org", messageLimit: limit))
        _ = driver.send(envelope.utf8)
        return driver
    }

    private static func chunk(_ octets: some Collection<UInt8>, _ last: String = "") -> [UInt8] {
        Array("BDAT \(octets.count)\(last)\r\n".utf8) + octets
    }

    @Test(arguments: [1_000, 65_536, 200_000, 1_000_000], [512, 65_536, 2_000_000])
    func `pieces make up the message, whatever the chunks and the reads are`(chunkSize: Int, readSize: Int) {
        var driver = Self.driver()
        let content = Self.content(1_000_000)
        var (largest, replies) = (0, "")
        for start in stride(from: 0, to: content.count, by: chunkSize) {
            let chunk = Self.chunk(content[start..<min(start + chunkSize, content.count)])
            for read in stride(from: 0, to: chunk.count, by: readSize) {
                replies += driver.send(chunk[read..<min(read + readSize, chunk.count)])
                largest = max(largest, driver.session.octetsInMemory)
            }
        }
        let (messages, pieces) = (driver.messages.count, driver.pieces.map(\.count))
        #expect(messages == 0 && pieces.count > 5)
        #expect(pieces.allSatisfy { $0 <= SessionLimits.wholeMessage + SessionLimits.piece }, "\(pieces)")
        #expect(largest < SessionLimits.wholeMessage)
        replies += driver.send(Self.chunk([], " LAST"))
        #expect(replies.split(separator: "\r\n").allSatisfy { $0.hasPrefix("250 2.") })
        let isWhole = driver.messages == [content]
        #expect(isWhole)
        let hasHandedOver = driver.session.hasHandedOver
        #expect(!hasHandedOver)
    }

    @Test(arguments: [0, 1]) func `the limit counts all pieces and chunks`(excess: Int) {
        for last in ["", " LAST"] {
            var driver = Self.driver(300_000)
            _ = driver.send(Self.chunk(Self.content(299_000)))
            let reply = driver.send(Self.chunk(Self.content(1_000 + excess), last))
            #expect(reply.hasPrefix(excess == 0 ? "250 " : "552 "), "\(reply)")
            let hasHandedOver = driver.session.hasHandedOver
            #expect(hasHandedOver == (excess == 0 && last.isEmpty))
        }
    }

    @Test func `a chunk is answered when its pieces are taken, not before`() {
        var session = Self.session()
        let step = Self.give(Self.chunk(Self.content(SessionLimits.wholeMessage)), to: &session)
        guard case .ask(.content(let piece)) = step else {
            Issue.record("no piece came")
            return
        }
        #expect(piece.count == SessionLimits.wholeMessage)
        let before = session.takeOutput()
        #expect(before.isEmpty)
        let next = session.answer(.proceed)
        #expect(next == .read)
        let after = String(decoding: session.takeOutput(), as: UTF8.self)
        #expect(after.hasPrefix("250 2.0.0"), "\(after)")
    }

    @Test(arguments: [0, 50_000]) func `a refused piece is the reply to its chunk, and ends the message`(rest: Int) {
        var session = Self.session()
        let size = SessionLimits.wholeMessage + rest
        let content = Self.content(size)
        var step = Self.give(Self.chunk(content).dropLast(rest), to: &session)
        guard case .ask(.content) = step else {
            Issue.record("no piece came")
            return
        }
        step = session.answer(.refuse(Reply(.insufficientStorage, "Full")))
        #expect(step == .read)
        let early = String(decoding: session.takeOutput(), as: UTF8.self)
        #expect(early.isEmpty == (rest > 0), "\(early)")
        step = Self.give(content.suffix(rest) + Self.chunk(Self.content(100), " LAST"), to: &session)
        let replies = early + String(decoding: session.takeOutput(), as: UTF8.self)
        #expect(replies.hasPrefix("452 4.3.1 ") && replies.contains("\r\n503 5.5.1 "), "\(replies)")
        let (kept, hasHandedOver) = (session.octetsInMemory, session.hasHandedOver)
        #expect(step == .read && kept == 0 && !hasHandedOver)
        _ = Self.give(Array("MAIL FROM:<a@c>\r\n".utf8), to: &session)
        let isWaiting = session.isWaiting
        #expect(isWaiting)
    }

    @Test(arguments: [100, 101]) func `a loop is found in chunks, too`(hops: Int) {
        var driver = Self.driver()
        let field = "Received: by mx \(String(repeating: "y", count: 5_000))\r\n"
        for _ in 0..<hops { _ = driver.send(Self.chunk(Array(field.utf8))) }
        let reply = driver.send(Self.chunk(Array("\r\nReceived: in the body\r\n".utf8), " LAST"))
        #expect(reply.hasPrefix(hops == 100 ? "250 " : "5"), "\(reply)")
        let count = driver.messages.count
        #expect(count == (hops == 100 ? 1 : 0))
    }

    /// A session in a transaction, whose questions are answered by hand.
    private static func session() -> ServerSession {
        var session = ServerSession(.init(hostName: "mx.example.org"))
        _ = session.begin()
        _ = session.answer(.proceed)
        var step = give(Array(envelope.utf8), to: &session)
        while case .ask = step { step = session.answer(.proceed) }
        _ = session.takeOutput()
        return session
    }

    private static func give(_ octets: some Sequence<UInt8>, to session: inout ServerSession) -> ServerSession.Step {
        Array(octets).withUnsafeBytes { session.receive($0) }
    }
}
