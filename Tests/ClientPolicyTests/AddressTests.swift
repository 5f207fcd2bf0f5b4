import ClientPolicy
import Resolver
import Testing

struct AddressTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
        ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false), ("0.0.0.0/0", "203.0.113.1", true),
        ("0.0.0.0/0", "2001:db8::1", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/33", "2001:db8:8000::1", false), ("192.0.2.0/24", "::ffff:192.0.2.9", true),
    ])
    func `a block has the addresses that share its first bits`(_ block: String, _ address: String, _ isIn: Bool) throws
    {
        let block = try #require(AddressBlock(block))
        #expect(block.contains(try #require(IPAddress(address))) == isIn)
    }

    @Test(arguments: ["", "/8", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/08", "192.0.2.0/", "2001:db8::/129", "x/8"])
    func `what is no block is not read as one`(_ text: String) {
        #expect(AddressBlock(text) == nil)
    }

    @Test(arguments: [
        (ClientNetwork.address, "192.0.2.7", "192.0.2.7/32"), (.network, "192.0.2.7", "192.0.2.0/24"),
        (.address, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), (.network, "2001:db8:1:2::3", "2001:db8:1::/48"),
        (.address, "::ffff:192.0.2.7", "192.0.2.7/32"),
    ])
    func `a client is an IPv4 address or 64 bits of IPv6`(_ kind: ClientNetwork, _ address: String, _ block: String)
        throws
    {
        #expect(kind.block(of: try #require(IPAddress(address))).settingText == block)
    }

    @Test func `an address stands backwards in lists`() throws {
        #expect(try #require(IPAddress("192.0.2.99")).reversedLabels == "99.2.0.192")
        #expect(
            try #require(IPAddress("2001:db8:1:2:3:4:567:89ab")).reversedLabels
                == "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2")
    }
}
