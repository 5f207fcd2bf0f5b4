import Logging
import SMTP
import SMTPServer
import StageKit
import StageTesting

/// Runs a real server on a loopback port while `body` lasts, then stops it.
func withServer<Result>(
    _ entrance: any Entrance, log: LineLog? = nil, _ change: (inout SMTPService.Configuration) -> Void = { _ in },
    _ body: (ListenerAddress, SMTPService) async throws -> Result
) async throws -> Result {
    let loopback = ListenerAddress(host: "127.0.0.1", port: 0)
    var configuration = SMTPService.Configuration(
        listeners: [loopback], session: ServerSession.Configuration(hostName: "mx.example.org"))
    change(&configuration)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let server = SMTPService(configuration, logger: log?.logger ?? logger)
    let addresses = try await server.bind()
    async let serving: Void = server.serve(entrance)
    do {
        let result = try await body(addresses.first ?? loopback, server)
        await server.stop()
        try await serving
        return result
    } catch {
        await server.stop()
        throw error
    }
}
