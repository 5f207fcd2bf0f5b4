import MIME
import Testing

struct BodyTests {
    @Test(arguments: [
        ("YWJj", "abc"), ("YW\r\nJj\r\n", "abc"), ("YWI=", "ab"), ("YQ==", "a"), ("YWI", "ab"), ("Y W!J*j", "abc"),
        ("", ""),
        ("YQ==YmM=", "abc"), ("Y", ""), ("====", ""), ("YWJjZGVmZ2hpamtsbW5vcA==", "abcdefghijklmnop"),
    ])
    func `base64 is read also when damaged`(written: String, text: String) {
        #expect(bodyOnly("text/plain", encoding: "base64", Array(written.utf8)).parts[0].decodedText() == text)
    }

    @Test(arguments: [
        ("a=20b", "a b"), ("a=\r\nb", "ab"), ("a=\nb", "ab"), ("a  \r\nb", "a\r\nb"), ("a= \r\nb", "ab"),
        ("a=zz", "a=zz"),
        ("a=", "a"), ("=C3=A9", "é"), ("=c3=a9", "é"), ("a=4", "a=4"), ("a\t\n", "a\n"), ("==41", "=A"),
        ("a=3D3D", "a=3D"),
    ])
    func `quoted-printable is read also when damaged`(written: String, text: String) {
        let message = bodyOnly("text/plain; charset=utf-8", encoding: "Quoted-Printable", Array(written.utf8))
        #expect(message.parts[0].decodedText() == text)
    }

    @Test(arguments: ["begin 644 a.txt\n#86)C\n`\nend\n", "begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n", "#86)C\n"])
    func `uuencode is read with and without its frame`(written: String) {
        #expect(bodyOnly("x/y", encoding: "x-uuencode", Array(written.utf8)).parts[0].decoded() == Array("abc".utf8))
    }

    @Test(arguments: [
        ("utf-8", [0xC3, 0xA9], "é"), ("utf8", [0xC3, 0xA9], "é"), ("iso-8859-1", [0xE9, 0x93], "é“"),
        ("latin1", [0xE9], "é"),
        ("us-ascii", [0xE9], "é"), ("us-ascii", [0xC3, 0xA9], "é"), ("ISO_8859-15", [0xA4], "€"),
        ("x-unknown", [0xE9], "é"),
        ("utf-16", [0xFE, 0xFF, 0, 0x41], "A"), ("utf-16", [0xFF, 0xFE, 0x41, 0], "A"), ("utf-16le", [0x41, 0], "A"),
        ("utf-16be", [0, 0x41, 0], "A\u{FFFD}"), ("utf-8", [0xEF, 0xBB, 0xBF, 0x41], "A"),
        ("utf-8", [0xC3, 0xA9, 0xFF], "é\u{FFFD}"), ("utf-8", [0x63, 0xE9, 0x21], "cé!"),
        ("windows-1252", [0xC3, 0xA9], "é"), ("koi8-r", Array("Привет".utf8), "Привет"),
        ("euc-kr", Array("안녕".utf8), "안녕"), ("iso-2022-kr", [0xE9], "\u{FFFD}"),
        ("cp949", [0xB0, 0xA1, 0x8C, 0x63], "가똠"), ("euc-kr", [0xB0], "\u{FFFD}"),
        ("euc-kr", [0xFF, 0xB0, 0xA1], "\u{FFFD}가"),
        ("koi8-r", [0xF0], "П"), ("windows-1250", [0x8A], "Š"), ("cp-1251", [0xC0], "А"),
        ("gb18030", [0xD6, 0xD0], "中"),
        ("iso-8859-9", [0xFD], "ı"), ("tis-620", [0xA1], "ก"), ("ibm850", [0x82], "é"), ("euc-jp", [0xC6, 0xFC], "日"),
        ("hz-gb-2312", Array("~{VPND~}".utf8), "中文"), ("windows-1252", [0x80], "€"),
        ("gbk", [0xD6, 0xD0], "中"), ("GB2312", [0xD6, 0xD0], "中"), ("big5", [0xA4, 0xA4], "中"),
        ("shift_jis", [0x93, 0xFA], "日"), ("sjis", [0x93, 0xFA], "日"),
        ("utf-7", Array("a+TgA-b".utf8), "a一b"),
        ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42], "日"),
        ("iso-2022-kr", [0x1B, 0x24, 0x29, 0x43, 0x0E, 0x30, 0x21, 0x0F], "가"),
        ("ks_c_5601-1987", [0xB0, 0xA1], "가"), ("euc_kr", [0xB0, 0xA1], "가"), ("ISO-88591", [0xE9], "é"),
        ("iso-8559-1", [0xE9], "é"), ("windows1251", [0xC0], "А"), ("KOI8R", [0xF0], "П"),
        ("utf_8", [0xC3, 0xA9], "é"),
    ])
    func `a charset is read by any of its labels`(label: String, octets: [UInt8], text: String) {
        #expect(bodyOnly("text/plain; charset=\"\(label)\"", octets).parts[0].decodedText() == text)
    }

    @Test func `a long text passes the converter whole`() {
        let octets = Array(repeating: [0xB0, 0xA1] as [UInt8], count: 50_000).flatMap { $0 }
        let text = bodyOnly("text/plain; charset=euc-kr", octets).parts[0].decodedText()
        #expect(text == String(repeating: "가", count: 50_000))
    }
}
