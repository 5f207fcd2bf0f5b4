import Files
import Glibc
package import Resolver
import Synchronization

/// A small authoritative DNS server on 127.0.0.1, over UDP and TCP, for demonstrations and tests.
package final class LoopbackDNSServer: Sendable {
    /// What is sent in a datagram in place of a reply, given how many questions came before; may take its time.
    package typealias Alteration = @Sendable (_ reply: [UInt8], _ number: Int) -> [UInt8]

    /// The port that the server listens on, for UDP and TCP.
    package let port: UInt16
    private let zone: DNSZone
    private let alteration: Alteration?
    private let signal: WakeSignal
    private let isStopped = Atomic(false)
    private let received = Atomic(0)

    /// Opens the sockets and starts to answer from `zone`; port 0 takes any free one.
    ///
    /// `alteration` makes it a server that lies or is slow.
    package init(zone: DNSZone, port: UInt16 = 0, alteration: Alteration? = nil) throws {
        self.zone = zone
        self.alteration = alteration
        signal = try WakeSignal()
        let sockets = try LoopbackSockets(port: port)
        self.port = sockets.port
        try DedicatedThread.start("sluice-demodns") { [self] in
            run(sockets)
            sockets.close()
        }
    }

    /// How many questions have arrived.
    package var questions: Int { received.load(ordering: .relaxed) }

    /// Closes the sockets soon: questions then go unanswered.
    ///
    /// May be called more than once.
    package func stop() {
        isStopped.store(true, ordering: .releasing)
        signal.raise()
    }

    private func run(_ sockets: LoopbackSockets) {
        while !isStopped.load(ordering: .acquiring) {
            var events = [sockets.datagrams, sockets.streams, signal.descriptor].map {
                pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
            }
            guard poll(&events, nfds_t(events.count), -1) > 0 else { continue }
            if events[0].revents != 0 {
                sockets.answerDatagram { query, limit in
                    let number = questions
                    let reply = reply(to: query, limit: limit)
                    return reply.map { alteration?($0, number) ?? $0 }
                }
            }
            if events[1].revents != 0 { sockets.answerStream { reply(to: $0, limit: $1) } }
        }
    }

    private func reply(to query: [UInt8], limit: Int) -> [UInt8]? {
        received.wrappingAdd(1, ordering: .relaxed)
        do {
            return try ZoneReply(zone: zone, query: query)?.encoded(limit: limit)
        } catch {
            return nil  // what cannot be read cannot be answered; the client asks again
        }
    }
}
