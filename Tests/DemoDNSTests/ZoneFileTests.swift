import DemoDNS
import Resolver
import Testing

struct ZoneFileTests {
    @Test func `every type is read, comments and empty lines are not`() async throws {
        let zone = try ZoneFile.zone(
            parsing: """
                # who may send
                example.com TXT "v=spf1 mx -all"

                example.com      MX   10 mx.example.com
                mx.example.com   a    192.0.2.1
                mx.example.com   AAAA 2001:db8::1
                www.example.com  CNAME mx.example.com
                1.2.0.192.in-addr.arpa PTR mx.example.com
                """)
        let resolver = ZoneResolver(zone)
        #expect(await resolver.query("example.com", .txt) == .records([.text("v=spf1 mx -all")]))
        #expect(
            await resolver.query("example.com", .mx) == .records([.mx(preference: 10, exchange: "mx.example.com")]))
        let address = try #require(IPAddress("192.0.2.1"))
        #expect(await resolver.query("www.example.com", .a) == .records([.address(address)]))
        #expect(await resolver.query("1.2.0.192.in-addr.arpa", .ptr) == .records([.ptr("mx.example.com")]))
        #expect(await resolver.query("absent.example.com", .a) == .noSuchName)
    }

    @Test(arguments: [
        ("example.com TXT", "a record is NAME TYPE DATA"),
        ("example.com TXT v=spf1", "double quotes"),
        ("example.com TXT \"a\" \"b\"", "double quotes"),
        ("example..com A 192.0.2.1", "is not a domain name"),
        ("example.com A 192.0.2.300", "not the address of an A record"),
        ("example.com A 2001:db8::1", "not the address of an A record"),
        ("example.com AAAA 192.0.2.1", "not the address of an AAAA record"),
        ("example.com MX mx.example.com", "has a preference and a name"),
        ("example.com MX 70000 mx.example.com", "has a preference and a name"),
        ("example.com CNAME ..", "is not a domain name"),
        ("example.com SRV 1 2 3 x", "there is no type SRV"),
    ])
    func `a line that cannot be read is named`(line: String, text: String) throws {
        let failure = try #require(throws: ZoneFile.Failure.self) {
            try ZoneFile.zone(parsing: "# first\n\(line)\nexample.org A 192.0.2.1")
        }
        #expect(failure.line == 2)
        #expect(failure.text.contains(text))
    }

    @Test func `the server answers from the file over the network`() async throws {
        let zone = try ZoneFile.zone(parsing: "example.com TXT \"v=spf1 -all\"\r\n")
        let server = try LoopbackDNSServer(zone: zone)
        defer { server.stop() }
        let address = try #require(IPAddress("127.0.0.1"))
        let configuration = ResolverConfiguration(servers: [.init(address, port: server.port)])
        let resolver = try DNSResolver(configuration: configuration)
        #expect(await resolver.query("example.com", .txt) == .records([.text("v=spf1 -all")]))
        #expect(server.questions == 1)
    }
}
