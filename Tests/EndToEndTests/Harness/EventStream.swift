import Foundation

/// The server-sent events of a server (WHATWG HTML, section 9.2).
struct EventStream: Sendable {
    private let connection: Connection

    /// New mail.
    struct Arrival: Decodable {
        let user: String
        let id: Int
        let mailbox, subject, from: String
    }

    /// Asks for a user's arrivals; returns once the server listens.
    init(port: UInt16, user: String) async throws {
        connection = try Connection(port: port)
        try await connection.send("GET /events?user=\(user) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
        var status: String?
        while let line = try await connection.line() {
            status = status ?? line
            if line.hasPrefix(": listening") { return }
        }
        throw Mishap("no events: \(status ?? "nothing came")")
    }

    /// The next arrival.
    func next() async throws -> Arrival {
        let prefix = "data: "
        while let line = try await connection.line() {
            guard line.hasPrefix(prefix) else { continue }
            return try JSONDecoder().decode(Arrival.self, from: Data(line.dropFirst(prefix.count).utf8))
        }
        throw Mishap("the events ended")
    }

    /// The whole response to a GET.
    static func get(_ target: String, port: UInt16) async throws -> String {
        let connection = try Connection(port: port)
        try await connection.send("GET \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n")
        return String(decoding: try await connection.rest(), as: UTF8.self)
    }
}
