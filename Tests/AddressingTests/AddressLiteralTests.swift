import Addressing
import Testing

@Suite struct AddressLiteralTests {
    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
            ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"),
        ])
    func `an address is written in one way`(text: String, written: String) {
        #expect(AddressLiteral(address: text)?.address == written)
    }

    @Test(
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "1.2.3.", "1..3.4", "01.2.3.4", ":", ":::", "1:2",
            "1:::2", "::1::", "12345::", "g::", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4::", "::1 ",
            "1:2:3:4:5:6:7:8::", "+1::",
        ])
    func `what is no address is not read`(text: String) {
        #expect(AddressLiteral(address: text) == nil)
    }

    @Test func `an IPv4 address in an IPv6 one is taken out`() {
        #expect(AddressLiteral(address: "::ffff:192.0.2.1")?.unmapped == AddressLiteral(address: "192.0.2.1"))
        #expect(AddressLiteral(address: "::1")?.unmapped.family == .ipv6)
    }
}
