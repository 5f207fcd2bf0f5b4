import ControlServer
import StageKit

/// The server that runs on a site's data directory, if one does.
struct RunningServer {
    /// The name of its socket in the data directory.
    static let socketName = "control.sock"

    /// How much of an answer is kept in case it is a refusal: a line or two.
    private static let refusalLimit = 4_096

    private let client: ControlClient

    init(_ site: Site) {
        client = ControlClient(socketPath: site.dataDirectory + "/" + Self.socketName)
    }

    /// Asks for an answer; `nil` if no server runs.
    ///
    /// - Throws: `Failure` with what the server says against it.
    func get<Answer: Decodable>(_ target: String) async throws -> Answer? {
        guard let body = try await send(.get, target) else { return nil }
        return try JSON.decode(Answer.self, from: body)
    }

    /// Sends a request; `nil` if no server runs.
    ///
    /// - Throws: `Failure` with what the server says against it.
    func send(_ method: ControlRequest.Method, _ target: String) async throws -> [UInt8]? {
        guard let (status, body) = try await client.send(method, target) else { return nil }
        guard status == 200 else { throw Failure(status) { body } }
        return body
    }

    /// Gives the lines of a stream as they come; false if no server runs.
    ///
    /// - Throws: `Failure` with what the server says against it.
    func lines(_ target: String, each: (String) -> Void) async throws -> Bool {
        var rest: [UInt8] = []
        var beginning: [UInt8] = []
        let status = try await client.exchange(.get, target) { piece in
            rest += piece
            beginning += piece.prefix(Self.refusalLimit - beginning.count)
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                each(String(decoding: rest[..<end], as: UTF8.self))
                rest.removeSubrange(...end)
            }
            return true
        }
        guard let status else { return false }
        guard status == 200 else { throw Failure(status) { beginning } }
        return true
    }
}

extension Failure {
    /// The server's refusal.
    fileprivate init(_ status: Int, _ body: () -> [UInt8]) {
        let text = String(decoding: body(), as: UTF8.self)
        let trimmed = text.hasSuffix("\n") ? String(text.dropLast()) : text
        switch status {
        case 400: self.init(.dataError, trimmed)
        case 404: self.init(.noUser, trimmed)
        default: self.init(.temporary, trimmed)
        }
    }
}
