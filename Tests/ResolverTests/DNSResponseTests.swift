import Resolver
import Testing

/// The reading of messages that servers, or others, send.
@Suite struct DNSResponseTests {
    private static let question = {
        guard let name = DomainName("host.example") else { preconditionFailure("a good name") }
        return DNSQuestion(name, .a)
    }()

    /// A response with one answer of raw data; `code` is the second octet of the flags.
    private func message(code: UInt8 = 0x80, question: String = "host.example", type: UInt16 = 1, data: [UInt8])
        -> [UInt8]
    {
        var writer = DNSWriter()
        writer.write(UInt16(7))
        writer.write([0x81, code])
        for count: UInt16 in [1, 1, 0, 0] { writer.write(count) }
        writer.write(name: question)
        writer.write([0, 1, 0, 1])
        writer.write(UInt16(0xC00C))
        writer.write(type)
        writer.write(UInt16(1))
        writer.write(UInt32(60))
        writer.writeCounted { $0.write(data) }
        return writer.octets
    }

    @Test func `a compressed owner is the name asked for`() {
        let response = DNSResponse(decoding: message(data: [192, 0, 2, 1]), to: DNSResponseTests.question)
        #expect(response == DNSResponse(.records([.address(.v4(0xC000_0201))]), timeToLive: 60))
    }

    @Test func `an answer to another question is malformed`() {
        let response = DNSResponse(
            decoding: message(question: "evil.example", data: [192, 0, 2, 1]), to: DNSResponseTests.question)
        #expect(response.answer == .malformed(reason: "message answers another question"))
    }

    @Test(arguments: [[UInt8](), [1, 2, 3], [1, 2, 3, 4, 5]])
    func `an address of another length is malformed`(data: [UInt8]) {
        guard case .malformed = DNSResponse(decoding: message(data: data), to: DNSResponseTests.question).answer else {
            Issue.record("accepted \(data)")
            return
        }
    }

    @Test func `a pointer that goes round is malformed`() {
        let loop = message(type: 5, data: [0xC0, 0x2A])
        guard case .malformed = DNSResponse(decoding: loop, to: DNSResponseTests.question).answer else {
            Issue.record("accepted")
            return
        }
    }

    @Test(arguments: [
        (UInt8(0x82), "SERVFAIL"), (0x85, "REFUSED"), (0x81, "FORMERR"), (0x84, "NOTIMP"), (0x89, "code 9"),
    ])
    func `a server's refusal is a temporary failure`(code: UInt8, word: String) {
        let answer = DNSResponse(decoding: message(code: code, data: []), to: DNSResponseTests.question).answer
        guard case .temporaryFailure(let reason) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(reason.contains(word))
    }

    @Test func `every cut of a message is refused and every changed octet is survived`() {
        let whole = message(data: [192, 0, 2, 1])
        for count in 0..<whole.count {
            guard case .malformed = DNSResponse(decoding: Array(whole[..<count]), to: DNSResponseTests.question).answer
            else {
                Issue.record("accepted \(count) octets")
                continue
            }
        }
        for index in whole.indices {
            for value in UInt8.min ... .max {
                var changed = whole
                changed[index] = value
                _ = DNSResponse(decoding: changed, to: DNSResponseTests.question)
            }
        }
    }
}
