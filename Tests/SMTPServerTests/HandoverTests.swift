import Logging
import NIOSSL
import SMTP
import SMTPDialogs
import SMTPServer
import StageKit
import Testing

/// A service that takes over the listeners of another.
@Suite struct HandoverTests {
    @Test func `a new service takes over the listener, and open sessions finish with the old one`() async throws {
        let sockets = ListeningSockets()
        let (former, latter) = (MemoryEntrance(), MemoryEntrance())
        let first = makeService(ListenerAddress(host: "127.0.0.1", port: 0), sockets)
        let address = try #require(try await first.bind().first)
        async let serving: Void = first.serve(former)
        let open = try await TCPClient.connect(port: address.port)
        try await open.lines(1)

        let second = makeService(address, sockets)
        #expect(try await second.bind() == [address])
        async let servingToo: Void = second.serve(latter)
        await first.retire()
        // Whoever takes them, none is refused.
        for _ in 0..<200 {
            let client = try await TCPClient.connect(port: address.port)
            #expect(try await client.lines(1) == ["220 mx.example.org ESMTP Sluice"])
            await client.close()
        }
        try await send(over: open)
        try await serving
        #expect(former.messages.count == 1 && latter.messages.isEmpty)
        let late = try await TCPClient.connect(port: address.port)
        try await send(over: late)
        #expect(latter.messages.count == 1)
        await first.stop()
        await second.stop()
        try await servingToo
        await #expect(throws: (any Error).self) { _ = try await TCPClient.connect(port: address.port) }
    }

    @Test func `of services that share a listener the newest accepts, in whatever order they begin`() async throws {
        let sockets = ListeningSockets()
        let zero = ListenerAddress(host: "127.0.0.1", port: 0)
        let first = makeService([zero], sockets, nil, hostName: "first.example")
        let address = try #require(try await first.bind().first)
        let others = ["second.example", "third.example"].map { makeService([address], sockets, nil, hostName: $0) }
        for service in others { #expect(try await service.bind() == [address]) }
        let services = [first] + others
        /// Who greets; several clients each time, since whoever is awake first would take one.
        func greeters() async throws -> Set<String> {
            var names: Set<String> = []
            for _ in 0..<50 {
                let client = try await TCPClient.connect(port: address.port)
                names.formUnion(try await client.lines(1).map { String($0.split(separator: " ")[1]) })
                await client.close()
            }
            return names
        }
        try await withThrowingDiscardingTaskGroup { group in
            func serve(_ number: Int, until name: String) async throws {
                group.addTask { try await services[number].serve(MemoryEntrance()) }
                while try await greeters() != [name] {}
                #expect(try await greeters() == [name])
            }
            try await serve(0, until: "first.example")
            try await serve(2, until: "third.example")
            group.addTask { try await services[1].serve(MemoryEntrance()) }
            try await Task.sleep(for: .milliseconds(50))
            #expect(try await greeters() == ["third.example"])
            await services[2].stop()
            #expect(try await greeters() == ["second.example"])
            await services[0].stop()
            #expect(try await greeters() == ["second.example"])
            await services[1].stop()
        }
        await #expect(throws: (any Error).self) { _ = try await TCPClient.connect(port: address.port) }
    }

    @Test func `a stop ends the sessions of a service that was retired`() async throws {
        let sockets = ListeningSockets()
        let service = makeService(ListenerAddress(host: "127.0.0.1", port: 0), sockets)
        let address = try #require(try await service.bind().first)
        async let serving: Void = service.serve(MemoryEntrance())
        let client = try await TCPClient.connect(port: address.port)
        try await client.lines(1)
        await service.retire()
        await #expect(throws: (any Error).self) {
            for _ in 0..<1_000 { await (try TCPClient.connect(port: address.port)).close() }
        }
        await service.stop()
        try await serving
        #expect(try await client.linesUntilClosed().last?.prefix(3) == "421")
    }

    @Test func `an address that others hold is refused, and port 0 is another port every time`() async throws {
        let zero = ListenerAddress(host: "127.0.0.1", port: 0)
        let sockets = ListeningSockets()
        let services = [makeService(zero, sockets), makeService(zero, sockets)]
        let ports = [try await services[0].bind(), try await services[1].bind()].flatMap { $0.map(\.port) }
        #expect(Set(ports).count == 2 && !ports.contains(0))
        let stranger = makeService(ListenerAddress(host: "127.0.0.1", port: ports[0]), ListeningSockets())
        await #expect(throws: SMTPServiceError.self) { try await stranger.bind() }
        for service in services { await service.stop() }
    }

    @Test(.enabled(if: Tool.isInstalled("openssl"), "openssl is not installed"))
    func `an encrypted listener is taken over with its new certificate, and open sessions go on under the old`()
        async throws
    {
        try await withTemporaryDirectory { directory in
            let sockets = ListeningSockets()
            let (former, latter) = (MemoryEntrance(), MemoryEntrance())
            let zero = ListenerAddress(host: "127.0.0.1", port: 0)
            let first = try makeEncryptedService(zero, sockets, "old.example", directory)
            let address = try #require(try await first.bind().first)
            async let serving: Void = first.serve(former)
            let open = try await TCPClient.connect(port: address.port, encryptedFor: "x.example")
            try await open.lines(1)

            let second = try makeEncryptedService(address, sockets, "new.example", directory)
            #expect(try await second.bind() == [address])
            async let servingToo: Void = second.serve(latter)
            await first.retire()
            try await send(over: open)
            try await serving
            let late = try await TCPClient.connect(port: address.port, encryptedFor: "x.example")
            try await late.lines(1)
            let names = try await late.certificate?._subjectAlternativeNames().map {
                String(decoding: $0.contents, as: UTF8.self)
            }
            #expect(names == ["new.example"])
            try await send(over: late)
            #expect(former.messages.count == 1 && latter.messages.count == 1)
            await first.stop()
            await second.stop()
            try await servingToo
        }
    }

    private func makeEncryptedService(
        _ address: ListenerAddress, _ sockets: ListeningSockets, _ name: String, _ directory: String
    ) throws -> SMTPService {
        let made = try TestCertificate(for: [name], in: directory, named: name)
        var tls = TLSSettings(certificates: [CertificateFiles(certificate: made.certificate, key: made.key)])
        tls.listeners = [address]
        return makeService([], sockets, tls)
    }

    private func makeService(_ address: ListenerAddress, _ sockets: ListeningSockets) -> SMTPService {
        makeService([address], sockets, nil)
    }

    private func makeService(
        _ addresses: [ListenerAddress], _ sockets: ListeningSockets, _ tls: TLSSettings?,
        hostName: String = "mx.example.org"
    ) -> SMTPService {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        var configuration = SMTPService.Configuration(
            listeners: addresses, session: ServerSession.Configuration(hostName: hostName))
        configuration.tls = tls
        return SMTPService(configuration, logger: logger, sockets: sockets)
    }

    private func send(over client: TCPClient) async throws {
        try await client.send(SessionTests.envelope + "one line\r\n.\r\nQUIT\r\n")
        #expect(try await client.linesUntilClosed().suffix(2).first?.hasPrefix("250 2.0.0 Accepted") == true)
    }
}
