import ControlServer
import StageKit

/// The server that runs under pipeline files, if one does: on the data directory that they name, or on the one that it
/// began with.
struct RunningServer {
    /// The name of its socket in the data directory.
    static let socketName = "control.sock"

    /// How much of an answer is kept in case it is a refusal: a line or two.
    private static let refusalLimit = 4_096

    private let client: ControlClient
    private let site: Site
    private let directory: String

    /// The server of a site whose pipeline files lie in a directory.
    init(_ site: Site, _ directory: String) {
        self.init(site, directory, dataDirectory: site.dataDirectory)
    }

    private init(_ site: Site, _ directory: String, dataDirectory: String) {
        self.site = site
        self.directory = directory
        client = ControlClient(socketPath: dataDirectory + "/" + Self.socketName)
    }

    /// The same server where it is, if the files name another data directory since it began; tells the operator.
    private var elsewhere: RunningServer? {
        guard let process = ServerProcess(runningUnder: directory), !site.hasData(in: process.dataDirectory) else {
            return nil
        }
        Terminal.note(process.otherPlace(than: site))
        return RunningServer(site, directory, dataDirectory: process.dataDirectory)
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
        var answer = try await client.send(method, target)
        if answer == nil { answer = try await elsewhere?.client.send(method, target) }
        guard let (status, body) = answer else { return nil }
        guard status == 200 else { throw Failure(status) { body } }
        return body
    }

    /// Gives the lines of a stream as they come; false if no server runs.
    ///
    /// - Throws: `Failure` with what the server says against it.
    func lines(_ target: String, each: (String) -> Void) async throws -> Bool {
        var rest: [UInt8] = []
        var beginning: [UInt8] = []
        func receive(_ piece: [UInt8]) -> Bool {
            rest += piece
            beginning += piece.prefix(Self.refusalLimit - beginning.count)
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                each(String(decoding: rest[..<end], as: UTF8.self))
                rest.removeSubrange(...end)
            }
            return true
        }
        var status = try await client.exchange(.get, target, receive: receive)
        if status == nil { status = try await elsewhere?.client.exchange(.get, target, receive: receive) }
        guard let status else { return false }
        guard status == 200 else { throw Failure(status) { beginning } }
        return true
    }
}

extension ServerProcess {
    /// What an operator is told whose files name another data directory than the server began with.
    func otherPlace(than site: Site) -> String {
        "the running server (process \(id)) has its data in \(dataDirectory), and site.yaml says "
            + "\(site.dataDirectory): put that back, or stop the server and start it again"
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
