import Bytes
import Crypto
import DKIM
import Foundation
import Testing

/// The forms of RFC 6376, sections 3.4.1 to 3.4.5.
@Suite struct CanonicalizationTests {
    private func header(_ form: Canonicalization, _ field: String) -> String {
        var octets: [UInt8] = []
        form.append(Array(field.utf8)[...], to: &octets)
        return String(decoding: octets, as: UTF8.self)
    }

    @Test(arguments: [
        ("A: X\r\n", "a:X\r\n"), ("B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n"), ("Subject:\r\n", "subject:\r\n"),
        ("sUBJect:AbC\r\n", "subject:AbC\r\n"), ("a:  \r\n  x", "a:x"), ("a:x", "a:x"),
    ])
    func `a relaxed field has one space where there was white space`(_ field: String, _ expected: String) {
        #expect(header(.relaxed, field) == expected)
        #expect(header(.simple, field) == field)
    }

    /// The form of a field's value as section 3.4.2 says it.
    private func unfolded(_ value: String) -> String {
        let line = String(String.UnicodeScalarView(value.unicodeScalars.filter { $0 != "\r" && $0 != "\n" }))
        return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }

    @Test(arguments: ["", " ", "  ", "\t", " \t", "\r\n ", "\t\r\n\t", " \r\n\r\n ", "\r", "\n", " \r ", "\u{1}", "="])
    func `blanks and folds are found at every place of a long field`(_ blanks: String) {
        // More than the walk looks at in one go, so that what it finds lies in its midst, at its ends and across it.
        for place in 0..<50 {
            let value = String(repeating: "x", count: place) + blanks + String(repeating: "y\tz", count: 20) + blanks
            #expect(header(.relaxed, "A:" + value + ".\r\n") == "a:" + unfolded(value + ".") + "\r\n", "\(place)")
            #expect(header(.relaxed, "A:" + value) == "a:" + unfolded(value) + (value.hasSuffix("\n") ? "\r\n" : ""))
        }
    }

    @Test func `a relaxed value is the same however blanks, folds and other octets stand in it`() {
        let alphabets = ["xyz \t\r\n", "\r\n \t", "abcdefghijklmnopqrstuvwxyz:;=\u{E9} \t\r\n"].map { Array($0.utf8) }
        var random = SeededRandom(seed: 1)
        for _ in 0..<5_000 {
            let alphabet = alphabets.randomElement(using: &random) ?? []
            let count = Int.random(in: 0...200, using: &random)
            let value = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            let shift = Int.random(in: 0..<32, using: &random)
            let octets = [UInt8](repeating: 0, count: shift) + Array("A:".utf8) + value
            let line = value.filter { $0 != 0x0D && $0 != 0x0A }
            let words = line.split { $0 == 0x20 || $0 == 0x09 }.joined(separator: [0x20])
            var form: [UInt8] = []
            Canonicalization.relaxed.append(octets[shift...], to: &form)
            #expect(form == Array("a:".utf8) + words + (value.last == 0x0A ? [0x0D, 0x0A] : []), "\(value)")
        }
    }

    private static let bodies: [(String, simple: String, relaxed: String)] = [
        (" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n"),  // section 3.4.5
        ("", "\r\n", ""), ("\r\n\r\n", "\r\n", ""), ("x", "x\r\n", "x\r\n"), ("x\r\n \t\r\n", "x\r\n \t\r\n", "x\r\n"),
        (" \r\n", " \r\n", ""), ("x \r\n\r\ny", "x \r\n\r\ny\r\n", "x\r\n\r\ny\r\n"),
        ("a\rb\nc", "a\rb\nc\r\n", "a\rb\nc\r\n"),
        ("\t\tx  y\t\r\nz", "\t\tx  y\t\r\nz\r\n", " x y\r\nz\r\n"),
    ]

    @Test(arguments: bodies.indices, [1, 2, 3, 1_000])
    func `a body has its form in pieces of any length`(_ index: Int, _ piece: Int) {
        let (body, simple, relaxed) = Self.bodies[index]
        let content = Octets(Array(("h:\r\n\r\n" + body).utf8))
        let requests: [(BodyHashRequest, String)] = [
            (.init(.simple), simple), (.init(.relaxed), relaxed),
            (.init(.simple, length: 2), String(simple.utf8.prefix(2)) ?? ""),
            (.init(.relaxed, length: 0), ""),
        ]
        var hashing = BodyHashing(content, from: 6, requests: requests.map(\.0))
        while hashing.remaining > 0 { hashing.advance(piece) }
        let hashes = hashing.finish()
        for (request, expected) in requests {
            #expect(hashes[request]?.digest == Array(SHA256.hash(data: Array(expected.utf8))), "\(request)")
        }
        #expect(hashes[.init(.simple)]?.canonicalLength == Int64(simple.utf8.count))
        #expect(hashes[.init(.relaxed)]?.canonicalLength == Int64(relaxed.utf8.count))
    }

    /// The form as section 3.4.4 says it, line by line.
    private func relaxed(_ body: String) -> String {
        let lines = body.components(separatedBy: "\r\n").map { line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
            return words.isEmpty || !" \t".contains(line.first ?? "x") ? words : " " + words
        }
        let kept = lines.reversed().drop { $0.isEmpty }.reversed()
        return kept.map { $0 + "\r\n" }.joined()
    }

    @Test(arguments: [" ", "  ", "\t", " \t", " \r\n", "\t\r\n", "\r\n ", " \r\n\r\n "])
    func `blanks are found at every place of a long line`(_ blanks: String) {
        // More than the walk looks at in one go, so that what it finds lies in its midst, at its end and across it.
        for place in 0..<300 {
            let body = String(repeating: "x", count: place) + blanks + String(repeating: "y z", count: 90) + "\r\n"
            for piece in [64, 1_000] {
                var hashing = BodyHashing(Octets(Array(body.utf8)), from: 0, requests: [.init(.relaxed)])
                while hashing.remaining > 0 { hashing.advance(piece) }
                let digest = hashing.finish()[.init(.relaxed)]?.digest
                #expect(digest == Array(SHA256.hash(data: Array(relaxed(body).utf8))), "\(place)")
            }
        }
    }

    @Test func `only what is asked for is hashed`() {
        var hashing = BodyHashing(Octets(Array("x".utf8)), from: 0, requests: [.init(.relaxed)])
        hashing.advance()
        #expect(hashing.finish().count == 1)
    }
}
