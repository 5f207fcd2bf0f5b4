import ClientPolicy
import Resolver
import Testing

/// What the DNS says about clients, from data in memory.
struct LookupTests {
    private static let resolver: ZoneResolver = {
        func code(_ last: UInt32) -> DNSRecord { .address(.v4(0x7F00_0000 + last)) }
        var zone = DNSZone([
            "2.0.0.127.bl.example": [code(2)],
            "1.2.0.192.bl.example": [code(4), code(10)],
            "3.2.0.192.bl.example": [.address(.v4(0x7FFF_FFFE))],
            "4.2.0.192.bl.example": [.address(.v4(0xC633_6401))],
            "1.2.0.192.in-addr.arpa": [.ptr("mail.example.com")],
            "2.2.0.192.in-addr.arpa": [.ptr("other.example.com"), .ptr("MAIL.example.com")],
            "6.2.0.192.in-addr.arpa": [.ptr("other.example.com"), .ptr("slow.example.com")],
            "mail.example.com": [.address(.v4(0xC000_0201)), .address(.v4(0xC000_0202))],
            "other.example.com": [.address(.v4(0xC633_6401))],
            "exchanger.example.com": [.mx(preference: 1, exchange: "mail.example.com")],
            "text.example.com": [.text("nothing to deliver to")],
        ])
        zone.add(.ptr("mail.example.com"), at: IPAddress.v6(high: 0x2001_0DB8 << 32, low: 1).reverseName)
        zone.add(.address(.v6(high: 0x2001_0DB8 << 32, low: 1)), at: "mail.example.com")
        zone.silence("5.2.0.192.bl.example")
        zone.silence("5.2.0.192.in-addr.arpa")
        zone.silence("slow.example.com")
        return ZoneResolver(zone)
    }()

    private func address(_ last: UInt32) -> IPAddress { .v4(0xC000_0200 + last) }

    @Test func `a list says by a code in 127.0.0.0/8 that it has an address`() async {
        let list = BlockList(zone: "bl.example")
        #expect(await list.entry(of: .v4(0x7F00_0002), using: Self.resolver) == .listed([.v4(0x7F00_0002)]))
        #expect(await list.entry(of: address(9), using: Self.resolver) == .absent)
    }

    @Test func `only the codes that count are an entry`() async throws {
        let counted = BlockList(zone: "bl.example", codes: [try #require(AddressBlock("127.0.0.10/31"))])
        #expect(await counted.entry(of: address(1), using: Self.resolver) == .listed([.v4(0x7F00_000A)]))
        let others = BlockList(zone: "bl.example", codes: [try #require(AddressBlock("127.0.0.2"))])
        #expect(await others.entry(of: address(1), using: Self.resolver) == .absent)
    }

    @Test(arguments: [3, 4, 5] as [UInt32])
    func `a list that refuses us, was taken over, or is silent says nothing about the client`(_ last: UInt32) async {
        let entry = await BlockList(zone: "bl.example").entry(of: address(last), using: Self.resolver)
        guard case .unknown = entry else {
            Issue.record("\(entry)")
            return
        }
    }

    @Test func `a name counts if it has the address`() async {
        #expect(await ReverseName.find(address(1), using: Self.resolver) == .confirmed("mail.example.com"))
        #expect(await ReverseName.find(address(2), using: Self.resolver) == .confirmed("mail.example.com"))
        #expect(await ReverseName.find(address(3), using: Self.resolver) == .missing)
        let sixth = await ReverseName.find(.v6(high: 0x2001_0DB8 << 32, low: 1), using: Self.resolver)
        #expect(sixth == .confirmed("mail.example.com"))
    }

    @Test func `a failure of the DNS is no contradiction`() async {
        #expect(await ReverseName.find(address(5), using: Self.resolver).result == "temperror")
        #expect(await ReverseName.find(address(6), using: Self.resolver).result == "temperror")
    }

    @Test func `only so many names of one address are looked up`() async {
        var zone = DNSZone()
        for number in 0..<ReverseName.nameLimit {
            zone.add(.ptr("n\(number).example.com"), at: "1.2.0.192.in-addr.arpa")
        }
        zone.add(.ptr("right.example.com"), at: "1.2.0.192.in-addr.arpa")
        zone.add(.address(address(1)), at: "right.example.com")
        #expect(await ReverseName.find(address(1), using: ZoneResolver(zone)) == .contradicted("n0.example.com"))
    }

    @Test(arguments: ["a); dkim=pass header.d=bank.example (.evil.example", "a b.evil.example", "a\\010b.evil.example"])
    func `a name that no host can have is none`(_ name: String) async {
        var zone = DNSZone()
        zone.add(.ptr(name), at: "1.2.0.192.in-addr.arpa")
        zone.add(.address(address(1)), at: name)
        #expect(await ReverseName.find(address(1), using: ZoneResolver(zone)) == .missing)
    }

    @Test(arguments: [
        ("mail.example.com", HeloName.plausible), ("[192.0.2.1]", .plausible), ("[192.0.2.2]", .wrongLiteral),
        ("[IPv6:2001:db8::1]", .wrongLiteral), ("[nonsense]", .malformed), ("192.0.2.1", .malformed),
        ("under_score.example..com", .malformed), ("localhost", .unqualified), ("MX.example.org", .ours),
        ("example.org", .ours), ("", .malformed),
    ])
    func `a name is judged by its form`(_ name: String, _ judgement: HeloName) {
        let own = HeloName.Own(names: ["mx.example.org", "Example.org"])
        #expect(HeloName.judge(name, from: address(1), own: own) == judgement)
    }

    @Test func `a client on this machine may bear its name`() {
        let own = HeloName.Own(names: ["mx.example.org"])
        #expect(HeloName.judge("mx.example.org", from: .v4(0x7F00_0001), own: own) == .plausible)
    }

    @Test(arguments: [
        ("mail.example.com", HeloName.plausible), ("exchanger.example.com", .plausible),
        ("text.example.com", .unknown), ("nobody.example.com", .unknown), ("slow.example.com", .plausible),
        ("[192.0.2.1]", .plausible),
    ])
    func `a name is known if it has an address or a mail exchanger`(_ name: String, _ judgement: HeloName) async {
        #expect(await HeloName.resolve(name, using: Self.resolver) == judgement)
    }
}
