import AttachmentStore
import Bytes

/// Text as octets.
func octets(_ text: String) -> Octets { Octets(Array(text.utf8)) }

/// A message with one body between a head and a tail.
func message(head: String = "Subject: x\r\n\r\n", body: [UInt8], tail: String = "--x--\r\n") -> (Octets, Range<Int>) {
    let start = head.utf8.count
    return (Octets(Array(head.utf8) + body + Array(tail.utf8)), start..<start + body.count)
}

private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

/// base64 made octet by octet, apart from the code under test.
func base64(_ content: [UInt8], line: Int = 76, end: String = "\r\n") -> [UInt8] {
    var digits: [UInt8] = []
    for start in stride(from: 0, to: content.count, by: 3) {
        let group = content[start..<min(start + 3, content.count)]
        let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for position in 0..<4 {
            digits.append(position <= group.count ? alphabet[bits >> (18 - 6 * position) & 63] : UInt8(ascii: "="))
        }
    }
    var encoded: [UInt8] = []
    for (index, digit) in digits.enumerated() {
        if index > 0, index.isMultiple(of: line) { encoded += Array(end.utf8) }
        encoded.append(digit)
    }
    return encoded
}

/// Random numbers that are the same in each run.
struct RepeatableGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    mutating func octets(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }
}
