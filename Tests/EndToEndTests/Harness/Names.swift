import DemoDNS
import Resolver

/// The DNS data that the servers of these tests see, on a loopback port of this process.
enum Names {
    private static let server: Result<LoopbackDNSServer, any Error> = Result {
        var zone = DNSZone()
        zone.add(.txt([Array("v=spf1 ip4:127.0.0.0/8 -all".utf8)]), at: "sender.example")
        zone.add(.txt([Array("v=spf1 ip4:127.0.0.0/8 -all".utf8)]), at: "client.sender.example")
        zone.add(.txt([Array("v=spf1 ip4:192.0.2.1 -all".utf8)]), at: "forbidden.example")
        zone.silence("silent.example")
        return try LoopbackDNSServer(zone: zone)
    }

    /// The server's port.
    static var port: UInt16 {
        get throws { try server.get().port }
    }
}
