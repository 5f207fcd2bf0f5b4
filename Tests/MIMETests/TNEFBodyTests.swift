import Bytes
import MIME
import Testing

/// The text of mail that Outlook put into a TNEF container.
struct TNEFBodyTests {
    /// The first example of MS-OXRTFCP, section 4.1: `{\rtf1\ansi\ansicpg1252\pard hello world}`.
    private static let helloWorld: [UInt8] = [
        0x2D, 0x00, 0x00, 0x00, 0x2B, 0x00, 0x00, 0x00, 0x4C, 0x5A, 0x46, 0x75, 0xF1, 0xC5, 0xC7, 0xA7, 0x03, 0x00,
        0x0A, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0A, 0xF3, 0x20, 0x68, 0x65, 0x6C, 0x09,
        0x00, 0x20, 0x62, 0x77, 0x05, 0xB0, 0x6C, 0x64, 0x7D, 0x0A, 0x80, 0x0F, 0xA0,
    ]
    /// The second one, in which a reference reads what it writes: `{\rtf1 WXYZWXYZWXYZWXYZWXYZ}`.
    private static let overlapping: [UInt8] = [
        0x1A, 0x00, 0x00, 0x00, 0x1C, 0x00, 0x00, 0x00, 0x4C, 0x5A, 0x46, 0x75, 0xE2, 0xD4, 0x4B, 0x51, 0x41, 0x00,
        0x04, 0x20, 0x57, 0x58, 0x59, 0x5A, 0x0D, 0x6E, 0x7D, 0x01, 0x0E, 0xB0,
    ]

    /// The property types of MS-OXCDATA, section 2.11.1.
    private enum Kind {
        static let number: UInt32 = 0x0003
        static let octets: UInt32 = 0x001E
        static let unicode: UInt32 = 0x001F
        static let binary: UInt32 = 0x0102
    }

    private func little(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }

    private func property(_ id: UInt32, _ kind: UInt32, _ value: [UInt8]) -> [UInt8] {
        let tag = little(id << 16 | kind)
        guard kind != Kind.number else { return tag + value }
        return tag + little(1) + little(UInt32(value.count)) + value
            + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
    }

    private func attribute(_ tag: UInt32, _ data: [UInt8]) -> [UInt8] {
        [1] + little(tag) + little(UInt32(data.count)) + data + [0, 0]
    }

    /// A container with properties of the message, and a code page.
    private func container(_ properties: [[UInt8]], page: UInt32 = 1252, and attributes: [UInt8] = []) -> [UInt8] {
        little(0x223E_9F78) + [1, 0] + attribute(0x0006_9007, little(page) + little(0))
            + attribute(0x0006_9003, little(UInt32(properties.count)) + properties.joined()) + attributes
    }

    /// RTF as it stands, in the format's other form.
    private func stored(_ rtf: String) -> [UInt8] {
        let octets = Array(rtf.utf8)
        return little(UInt32(octets.count + 12)) + little(UInt32(octets.count)) + little(0x414C_454D) + little(0)
            + octets
    }

    private func message(_ container: [UInt8], text: String = "") -> ParsedMessage {
        var writer = MessageWriter()
        writer.text = text
        writer.attachments = [.init(filename: "winmail.dat", type: "application/ms-tnef", content: container)]
        return ParsedMessage(parsing: Octets(writer.message()))
    }

    private func text(ofRTF rtf: String) -> String {
        message(container([property(0x1009, Kind.binary, stored(rtf))])).text
    }

    @Test func `compressed RTF is unpacked`() {
        #expect(message(container([property(0x1009, Kind.binary, Self.helloWorld)])).text == "hello world")
        #expect(message(container([property(0x1009, Kind.binary, Self.overlapping)])).text == "WXYZWXYZWXYZWXYZWXYZ")
    }

    @Test func `the plain text comes before the HTML, and that before the RTF`() {
        let rtf = property(0x1009, Kind.binary, Self.helloWorld)
        let html = property(0x1013, Kind.binary, Array("<p>caf\u{E9}</p>".unicodeScalars.map { UInt8($0.value) }))
        let page = property(0x3FDE, Kind.number, little(28_591))
        let plain = property(
            0x1000, Kind.unicode, Array("plain 글".utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
        #expect(message(container([rtf, html, page, plain])).text == "plain 글")
        #expect(message(container([rtf, html, page])).text == "café")
        #expect(message(container([rtf, property(0x1013, Kind.binary, Array("<p> </p>".utf8))])).text == "hello world")
        #expect(message(container([page])).text == "")
    }

    @Test func `octets are in the container's code page`() {
        let korean: [UInt8] = [0xB0, 0xA1, 0xB3, 0xAA, 0x00, 0x41]
        #expect(message(container([property(0x1000, Kind.octets, korean)], page: 949)).text == "가나")
        #expect(message(container([], page: 949, and: attribute(0x0002_800C, korean))).text == "가나")
        #expect(message(container([property(0x1013, Kind.binary, Array("글".utf8))], page: 65_001)).text == "글")
    }

    @Test func `a text of the message's own comes first`() {
        let inner = container([property(0x1000, Kind.octets, Array("inner".utf8))])
        #expect(message(inner, text: "outer").text == "outer")
        #expect(message(inner, text: " \n").text == "inner")
    }

    @Test(arguments: [
        (#"{\rtf1\ansi a\par b\tab c}"#, "a\nb\tc"), (#"{\rtf1 {\fonttbl{\f0 Arial;}}{\b x}\b0  y}"#, "x y"),
        (#"{\rtf1\ansicpg1252 caf\'e9 \{\}\\}"#, "café {}\\"), (#"{\rtf1\ansicpg949 \'b0\'a1\'b3\'aa}"#, "가나"),
        (#"{\rtf1\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset129 B;}}\f1 \'b0\'a1\f0\'e9}"#, "가é"),
        (#"{\rtf1 \u44032?\u-10179?\u-8704?!}"#, "가😀!"), (#"{\rtf1\uc2 \u233\'c3\'a9x{\uc0\u233}y}"#, "éxéy"),
        (#"{\rtf1 a{\*\generator secret;}b{\pict 0102}c{\info{\title t}}d}"#, "abcd"),
        (#"{\rtf1 a{\pict\bin3 }}}}b}"#, "ab"), ("{\\rtf1 a\r\nb\\\nc}", "ab\nc"),
        (#"{\rtf1 a\~b\_c\-d}"#, "a\u{A0}b-cd"),
        (#"{\rtf1\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 x\htmlrtf }\htmlrtf0 y}"#, "xy"),
        (#"{\rtf1 \'zz\u99999999999999 ?\'"#, "\u{FFFF}"), (#"{\rtf1 a}}}b"#, "ab"), ("", ""),
    ])
    func `RTF reads as its reader sees it`(rtf: String, text: String) {
        #expect(self.text(ofRTF: rtf) == text)
    }

    @Test func `groups deeper than the limit still end`() {
        let deep = 1_000
        let rtf = #"{\rtf1 a"# + String(repeating: "{", count: deep) + "b" + String(repeating: "}", count: deep) + "c}"
        #expect(text(ofRTF: rtf) == "abc")
    }

    @Test func `RTF that unpacks to a multiple of the mail ends at the limit`() {
        // One octet, then references of 17 octets to what was just written.
        var packed: [UInt8] = [0xFE, 0x61]
        var place = 207
        for token in 0..<8_000 {
            if token % 8 == 7 { packed.append(0xFF) }
            packed += [UInt8(place >> 4 & 0xFF), UInt8(place & 0x0F) << 4 | 0x0F]
            place = (place + (token == 0 ? 1 : 17)) % 4_096
        }
        let rtf = little(UInt32(packed.count + 12)) + little(.max) + little(0x7546_5A4C) + little(0) + packed
        let whole = container([property(0x1009, Kind.binary, rtf)])
        let text = message(whole).text
        #expect(text.utf8.count >= whole.count && text.utf8.count <= 3 * whole.count + 17)
        #expect(text.allSatisfy { $0 == "a" })
    }

    @Test func `a damaged container gives what can be read`() {
        let whole = container([property(0x1009, Kind.binary, Self.helloWorld)])
        for end in 0..<whole.count {
            #expect("hello world".hasPrefix(message(Array(whole[..<end])).text))
        }
    }
}
