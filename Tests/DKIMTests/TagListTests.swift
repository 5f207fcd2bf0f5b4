import DKIM
import Testing

/// The grammar of RFC 6376, section 3.2.
@Suite struct TagListTests {
    @Test(arguments: [
        "a=b", "a=b;", " a = b ; c = d e ;\r\n ", "a=", "a_1=;b=c", "a=x=y==", "n=\u{FC}ber",
    ])
    func `a list that fits the grammar is read`(_ text: String) throws {
        #expect(throws: Never.self) { try TagList(Array(text.utf8)) }
    }

    @Test(arguments: [
        "", " ", ";", "a", "a=b;;c=d", "a=b; ;", "=b", "1a=b", "a b=c", "a-b=c", "a=b; a=c", "a=\u{1}", "a=b;c",
        "\u{E4}=b",
    ])
    func `a list that breaks the grammar is refused`(_ text: String) {
        #expect(throws: Rejection.self) { try TagList(Array(text.utf8)) }
    }

    @Test func `values lose the white space around them, and names keep their case`() throws {
        let tags = try TagList(Array(" a =\r\n\tx y\t; A=z".utf8))
        #expect(tags.text("a") == "x y" && tags.text("A") == "z" && tags.compactText("a") == "xy")
        #expect(tags.text("b") == nil)
    }

    private static let names = [
        "a", "A", "b", "ab", "ba", "aa", "aaa", "abcdefg", "abcdefgh", "bbcdefgh", "abcdefghi", "abcdefghj",
        "babcdefgh", "abcdefghijklmnopqrstuvwxyz",
    ]

    @Test func `names that differ in anything are different, and none stands twice`() throws {
        let list = Self.names.map { "\($0)=of \($0)" }.joined(separator: ";")
        let tags = try TagList(Array(list.utf8))
        #expect(tags.tags.map { String(decoding: tags.octets[$0.name], as: UTF8.self) } == Self.names)
        #expect(tags.text("a") == "of a" && tags.text("A") == "of A" && tags.text("ab") == "of ab")
        #expect(tags.text("aaa") == "of aaa" && tags.text("abcdefg") == "of abcdefg")
        #expect(tags.text("abcdefgh") == "of abcdefgh" && tags.text("bbcdefgh") == "of bbcdefgh")
        #expect(tags.text("abcdefghj") == "of abcdefghj" && tags.text("babcdefgh") == "of babcdefgh")
        #expect(tags.text("") == nil && tags.text("B") == nil && tags.text("abcdefghk") == nil)
        #expect(tags.text("aaaa") == nil && tags.text("abcdefghijklmnopqrstuvwxy") == nil)
        for name in Self.names {
            let twice = Rejection(.neutral, "tag \(name) stands twice")
            #expect(throws: twice) { try TagList(Array("\(list);\(name)=".utf8)) }
        }
    }

    @Test func `a control character is found in the tag where it stands`() {
        let control = Rejection(.neutral, "tag b has a control character")
        #expect(throws: control) { try TagList(Array("a=\tx\r\n y;b=\u{7F}; a=".utf8)) }
        #expect(throws: Rejection(.neutral, "tag a stands twice")) { try TagList(Array("a=; a=; b=\u{7F}".utf8)) }
    }

    @Test(arguments: [(100, true), (101, false)])
    func `a list has at most a hundred tags`(_ count: Int, _ isGood: Bool) throws {
        let text = (0..<count).map { "t\($0)=1" }.joined(separator: ";")
        let octets = Array(text.utf8)
        if isGood {
            #expect(try TagList(octets).tags.count == count)
        } else {
            #expect(throws: Rejection.self) { try TagList(octets) }
        }
    }

    @Test(arguments: [("0", 0), ("12", 12), ("99999999999999999999999", Int64.max)])
    func `numbers of any size are read`(_ text: String, _ expected: Int64) throws {
        #expect(try TagList(Array("t=\(text)".utf8)).number("t") == expected)
    }

    @Test(arguments: ["t=", "t=-1", "t=1 2", "t=x", "t=+1"])
    func `what is not digits alone is no number`(_ text: String) throws {
        let tags = try TagList(Array(text.utf8))
        #expect(throws: Rejection.self) { try tags.number("t") }
    }

    @Test(arguments: [
        ("", [UInt8]()), ("TQ==", [0x4D]), ("TWE=", [0x4D, 0x61]), ("TWFu", [0x4D, 0x61, 0x6E]),
        ("T W\r\n\tFu", [0x4D, 0x61, 0x6E]),
    ])
    func `base64 may have white space anywhere`(_ text: String, _ expected: [UInt8]) {
        #expect(Base64.decode(text.utf8) == expected)
        #expect(Base64.encode(expected) == text.filter { !$0.isWhitespace })
    }

    @Test(arguments: [" ", "\t", "\r\n", "\n", "\r\n  ", "\r", "*", "=", "-", "\u{E9}"])
    func `what stands in long base64 is skipped or refused at every place`(_ text: String) {
        let octets = (0..<111).map { UInt8(truncatingIfNeeded: $0 * 89) }
        let characters = Array(Base64.encode(octets).utf8)
        for place in characters.indices {
            let decoded = Base64.decode(characters[..<place] + Array(text.utf8) + characters[place...])
            #expect(decoded == (text.allSatisfy(\.isWhitespace) ? octets : nil), "\(place)")
        }
        #expect(Base64.decode(characters.flatMap { [$0, 0x0D, 0x0A, 0x20] }) == octets)
    }

    @Test func `a tag's base64 is the same wherever it is folded`() throws {
        var random = SeededRandom(seed: 3)
        for count in Array(1...150) + Array(250...260) {
            let octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            var text = "a=x; b="
            for character in Base64.encode(octets) {
                let isFold = Int.random(in: 0..<20, using: &random) == 0
                if isFold { text += [" ", "\t", "\r\n ", "\r\n\t  "].randomElement(using: &random) ?? "" }
                text.append(character)
            }
            #expect(try TagList(Array(text.utf8)).base64("b") == octets, "\(text)")
            #expect(throws: Rejection(.neutral, "tag b is not base64")) {
                try TagList(Array((text + "\r\n !").utf8)).base64("b")
            }
        }
    }

    @Test(arguments: ["T", "TQ", "TQ=", "TQ===", "T=Q=", "TWFu=", "TW-u", "TWFu*", "===="])
    func `base64 of another length or with other characters is none`(_ text: String) {
        #expect(Base64.decode(text.utf8) == nil)
    }
}
