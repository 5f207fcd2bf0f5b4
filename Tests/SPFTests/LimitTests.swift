import Resolver
import Testing

@testable import SPF

/// The limits of RFC 7208, section 4.6.4, each at the last good and the first bad number.
@Suite struct LimitTests {
    private static let client = "192.0.2.1"

    private func result(_ zone: DNSZone, domain: String = "d.example", client: String = client) async throws
        -> SPFOutcome
    {
        let pool = try SPFWorkerPool()
        let checker = SPFChecker(resolver: ZoneResolver(zone), worker: pool)
        let outcome = await checker.check(
            SPFRequest(clientAddress: client, helo: "h.example", reversePath: "a@\(domain)", receiver: "mx.example"))
        #expect(checker.disagreements == 0)
        await checker.stop()
        return outcome
    }

    @Test(arguments: [(10, SPFResult.pass), (11, .permerror)])
    func `ten terms may ask the DNS`(terms: Int, expected: SPFResult) async throws {
        var zone = DNSZone(["host.example": [.address(.v4(1))]])
        zone.add(.text("v=spf1 " + String(repeating: "a:host.example ", count: terms) + "+all"), at: "d.example")
        #expect(try await result(zone).result == expected)
    }

    @Test(arguments: [(2, SPFResult.pass), (3, .permerror)])
    func `two terms may find nothing`(terms: Int, expected: SPFResult) async throws {
        var zone = DNSZone()
        zone.add(.text("v=spf1 " + String(repeating: "exists:void.example ", count: terms) + "+all"), at: "d.example")
        #expect(try await result(zone).result == expected)
    }

    @Test(arguments: [(10, SPFResult.pass), (11, .permerror)])
    func `a name may have ten mail exchangers`(count: Int, expected: SPFResult) async throws {
        var zone = DNSZone(["d.example": [.text("v=spf1 mx -all")]])
        for number in 1...count {
            zone.add(.mx(preference: UInt16(number), exchange: "h\(number).example"), at: "d.example")
            zone.add(.address(.v4(0xC633_6400 + UInt32(number))), at: "h\(number).example")
        }
        zone.add(.address(.v4(0xC000_0201)), at: "h\(count).example")
        #expect(try await result(zone).result == expected)
    }

    @Test(arguments: [(10, SPFResult.pass), (11, .fail)])
    func `ten names of the reverse DNS are read and the others left`(count: Int, expected: SPFResult) async throws {
        var zone = DNSZone(["d.example": [.text("v=spf1 ptr -all")]])
        for number in 1..<count { zone.add(.ptr("h\(number).d.example"), at: "1.2.0.192.in-addr.arpa") }
        zone.add(.ptr("good.d.example"), at: "1.2.0.192.in-addr.arpa")
        zone.add(.address(.v4(0xC000_0201)), at: "good.d.example")
        #expect(try await result(zone).result == expected)
    }

    @Test(arguments: ["include:%{d}", "redirect=%{d}"])
    func `a loop ends in permerror`(term: String) async throws {
        #expect(try await result(DNSZone(["d.example": [.text("v=spf1 \(term)")]])).result == .permerror)
    }

    @Test func `a thousand includes cost eleven look-ups`() async throws {
        var zone = DNSZone(["n.example": [.text("v=spf1 ?all")]])
        zone.add(.text("v=spf1 " + String(repeating: "include:n.example ", count: 999) + "+all"), at: "d.example")
        #expect(try await result(zone).result == .permerror)
    }

    @Test func `a record of 64 KB is refused and one of a thousand terms is evaluated`() async throws {
        let huge = "v=spf1 " + String(repeating: "ip4:198.51.100.1 ", count: 3_850)
        #expect(try await result(DNSZone(["d.example": [.text(huge)]])).result == .permerror)
        let long = "v=spf1 " + String(repeating: "ip4:198.51.100.1 ", count: 998) + "ip4:192.0.2.0/24 -all"
        let outcome = try await result(DNSZone(["d.example": [.text(long)]]))
        #expect(outcome.result == .pass)
        #expect(outcome.note.isEmpty)
        let mixed =
            "v=spf1 " + String(repeating: "ip6:2001:db8::/32 ", count: 400)
            + String(repeating: "-ip4:198.51.100.1 ?ip4:198.51.100.1 ", count: 200) + "~a:h.example -all"
        let other = try await result(DNSZone(["d.example": [.text(mixed)], "h.example": [.address(.v4(0xC000_0201))]]))
        #expect(other.result == .softfail)
        #expect(other.note.isEmpty)
    }

    @Test func `a sender of 255 octets has no policy, and such a name in a policy is cut to one that can be asked for`()
        async throws
    {
        let name = String(repeating: "abcdefg.", count: 31) + "abcdefg"
        #expect(name.utf8.count == 255)
        #expect(try await result(DNSZone(["d.example": [.text("v=spf1 +all")]]), domain: name).result == .none)
        // RFC 7208, section 7.3: labels go from the left until 253 octets are left.
        let zone = DNSZone([
            "d.example": [.text("v=spf1 include:\(name) -all")], String(name.dropFirst(8)): [.text("v=spf1 +all")],
        ])
        #expect(try await result(zone).result == .pass)
    }

    @Test func `records nested as deep as the limit are evaluated by libspf2`() async throws {
        var zone = DNSZone(["d.example": [.text("v=spf1 include:n1.example -all")]])
        for number in 1...9 { zone.add(.text("v=spf1 include:n\(number + 1).example -all"), at: "n\(number).example") }
        zone.add(.text("v=spf1 ip4:192.0.2.1 -all"), at: "n10.example")
        let outcome = try await result(zone)
        #expect(outcome.result == .pass)
        #expect(outcome.note.isEmpty)
    }

    @Test(arguments: [
        ("127.0.0.9", LibraryDifference.loopback), ("::1", .loopback), ("192.0.2.9", .depth),
    ])
    func `where libspf2 cannot be asked the outcome says so`(client: String, difference: LibraryDifference) async throws
    {
        var zone = DNSZone(["d.example": [.text("v=spf1 include:n1.example -all")]])
        for number in 1...4 {
            let filler = String(repeating: "ip4:198.51.100.1 ?ip4:198.51.100.1 ", count: 499)
            zone.add(.text("v=spf1 \(filler)include:n\(number + 1).example"), at: "n\(number).example")
        }
        zone.add(.text("v=spf1 ?all"), at: "n5.example")
        let outcome = try await result(zone, client: client)
        #expect(outcome.result == .fail)
        #expect(outcome.note.contains(difference.rawValue) && !outcome.reason.contains("libspf2"))
    }
}
