import Bytes
import DKIM
import Testing

/// Which fields a list of names selects (RFC 6376, section 5.4.2).
struct SelectionTests {
    @Test(arguments: [1, 63, 64, 65, 200], [1, 16, 17, 100])
    func `each mention of a name takes the next field from the bottom`(_ fieldCount: Int, _ nameCount: Int) {
        let fields = (0..<fieldCount).map { (name: ["A", "b", "Cc"][$0 % 3], number: $0) }
        let names = (0..<nameCount).map { ["cc", "a", "none", "b", "a"][$0 % 5] }
        var rest = fields
        let expected = names.compactMap { name in
            rest.lastIndex { $0.name.lowercased() == name }.map { rest.remove(at: $0).number }
        }
        let text = fields.map { "\($0.name): \($0.number)\r\n" }.joined() + "\r\n"
        let header = HeaderFields(of: Octets(Array(text.utf8)))
        let selected = header.selected(by: FieldNames(names)).map { field in
            Int(String(decoding: header.line(field), as: UTF8.self).split(separator: " ")[1])
        }
        #expect(selected == expected)
    }

    @Test(arguments: ["x", "\rx", "arx", " arc", "ARC-x", "arc-", "aRc-Seal", "x: \r\narc-x", "x:\n ARC-x"])
    func `no line that begins as wanted is missed, wherever it stands`(_ line: String) {
        for place in 0...40 {
            for end in ["", "\n", "\r\n"] {
                for before in ["", "B: \(String(repeating: "b", count: place))\(end)", "B:\n\(line) "] {
                    let text = before + line + end + "\r\nARC-x: y"
                    let content = Octets(Array(text.utf8))
                    let header = content.array[..<HeaderFields(of: content).bodyStart]
                    let lines = header.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self).lowercased() }
                    let isNone = !lines.contains { $0.hasPrefix("arc-") }
                    #expect(HeaderFields.areNone(beginning: "arc-", in: content) == isNone, "\(text.debugDescription)")
                }
            }
        }
    }

    @Test func `lines of any length before and behind it hide no line that begins as wanted`() {
        let alphabets = ["aAb:\r\n", "axyz \n", "abcdefghijklmnopqrstuvwxyz:\r\n"].map { Array($0.utf8) }
        var random = SeededRandom(seed: 2)
        for _ in 0..<10_000 {
            let alphabet = alphabets.randomElement(using: &random) ?? []
            let count = Int.random(in: 0...200, using: &random)
            let octets = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            let lines = octets.split(separator: 0x0A, omittingEmptySubsequences: false)
            let end = lines.dropLast().firstIndex { $0.isEmpty || $0.elementsEqual([0x0D]) } ?? lines.endIndex
            let isNone = !lines[..<end].contains { $0.first == 0x61 || $0.first == 0x41 }
            #expect(HeaderFields.areNone(beginning: "a", in: Octets(octets)) == isNone, "\(octets)")
        }
    }

    @Test func `a header near the limits is not said to have no such line`() {
        func areNone(_ text: String) -> Bool {
            HeaderFields.areNone(beginning: "arc-", in: Octets(Array(text.utf8)))
        }
        let atLimit = String(repeating: "x\n", count: HeaderFields.maximumFields)
        #expect(areNone(atLimit) && !areNone(atLimit + "x\n") && !areNone(atLimit + "\n"))
        #expect(areNone(atLimit.dropLast(2) + "\n" + atLimit))
    }
}
