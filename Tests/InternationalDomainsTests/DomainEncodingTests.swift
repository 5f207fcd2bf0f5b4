import InternationalDomains
import Testing

/// Names to A-labels.
struct DomainEncodingTests {
    @Test(arguments: [
        ("example.com", "example.com"), ("EXAMPLE.Com.", "example.com."), ("", ""),
        ("_dmarc.Example", "_dmarc.example"),
        ("bücher.example", "xn--bcher-kva.example"), ("BÜCHER.example", "xn--bcher-kva.example"),
        ("bu\u{308}cher.example", "xn--bcher-kva.example"), ("faß.de", "xn--fa-hia.de"),
        ("食狮.公司.cn", "xn--85x722f.xn--55qx5d.cn"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"), ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
    ])
    func `a name is converted label by label`(_ name: String, _ ascii: String) {
        #expect(DomainEncoding.ascii(name) == ascii)
    }

    @Test(arguments: [
        "a\u{0}é.example", "\u{200D}x.é", String(repeating: "é", count: 64) + ".example", "☃\u{301}\u{FFFD}.example",
        String(repeating: "é.", count: 600),
    ])
    func `what is no name in any language has no conversion`(_ name: String) {
        #expect(DomainEncoding.ascii(name) == nil)
    }
}
