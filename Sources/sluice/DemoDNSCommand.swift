import ArgumentParser
import DemoDNS
import Files
import PipelineFiles
import Resolver
import UnixSignals

/// `sluice demo-dns`: DNS answers for a demonstration, so that it needs neither the network nor a name server.
struct DemoDNSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-dns",
        abstract: "Answers DNS questions from a small zone file on loopback, for demonstrations.",
        discussion: """
            A line of the file is NAME TYPE DATA, such as: example.com TXT "v=spf1 ip4:192.0.2.1 -all". The types are A, \
            AAAA, CNAME, MX, PTR and TXT; lines that begin with # are comments.
            """)

    @Option(help: "The file with the records.")
    var zone: String

    @Option(help: "Where to listen: 127.0.0.1 and a port, over UDP and TCP.")
    var listen = "127.0.0.1:5354"

    func run() async throws {
        try await reportingFailures {
            let port = try port(in: listen)
            let zone = try readZone()
            let server: LoopbackDNSServer
            do {
                server = try LoopbackDNSServer(zone: zone, port: port)
            } catch {
                throw Failure(.unavailable, "--listen \(listen): \(error)")
            }
            Terminal.note("demo-dns answers on 127.0.0.1:\(server.port)")
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break }
            server.stop()
        }
    }

    private func readZone() throws -> DNSZone {
        let octets: [UInt8]
        do {
            octets = try FileReader(LocalFileSystem()).read(zone)
        } catch {
            throw Failure(.dataError, "\(zone): \(error)")
        }
        do {
            return try ZoneFile.zone(parsing: String(decoding: octets, as: UTF8.self))
        } catch {
            throw Failure(.dataError, "\(zone): \(error)")
        }
    }

    private func port(in text: String) throws -> UInt16 {
        let prefix = "127.0.0.1:"
        guard text.hasPrefix(prefix), let port = UInt16(text.dropFirst(prefix.count)) else {
            throw Failure(.dataError, "--listen must be \(prefix) and a port, such as 127.0.0.1:5354, not \"\(text)\"")
        }
        return port
    }
}
