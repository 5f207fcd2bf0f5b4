/// A client that speaks SMTP line by line, so that tests can do what real clients never would.
struct SMTPClient: Sendable {
    let connection: Connection

    /// A reply of the server.
    struct Reply: Equatable, Sendable {
        let lines: [String]

        /// Its last line, such as `250 2.0.0 OK`.
        var last: String { lines.last ?? "(no reply)" }
        /// The three digits.
        var code: Int { Int(last.prefix(3)) ?? 0 }
        /// The code with the enhanced code, such as `550 5.1.1`.
        var codes: String { last.split(separator: " ").prefix(2).joined(separator: " ") }
        /// The id of an accepted message.
        var acceptedID: String? { codes == "250 2.0.0" ? last.split(separator: " ").last.map(String.init) : nil }
    }

    /// Connects and says EHLO.
    init(port: UInt16) async throws {
        connection = try Connection(port: port)
        let greeting = try await reply()
        guard greeting.code == 220 else { throw Mishap("greeting: \(greeting.last)") }
        let hello = try await command("EHLO client.sender.example")
        guard hello.code == 250 else { throw Mishap("EHLO: \(hello.last)") }
    }

    /// The next reply; of code 0 when the server has closed.
    func reply() async throws -> Reply {
        var lines: [String] = []
        while let line = try await connection.line() {
            lines.append(line)
            if line.dropFirst(3).first != "-" { break }
        }
        return Reply(lines: lines)
    }

    /// Sends a line and reads the reply.
    @discardableResult
    func command(_ line: String) async throws -> Reply {
        try await connection.send(line + "\r\n")
        return try await reply()
    }

    /// Sends the envelope and DATA; gives the first refusal, or the 354.
    func envelope(from sender: String, to recipients: [String]) async throws -> Reply {
        for line in ["MAIL FROM:<\(sender)>"] + recipients.map({ "RCPT TO:<\($0)>" }) {
            let reply = try await command(line)
            guard reply.code == 250 else { return reply }
        }
        return try await command("DATA")
    }

    /// Sends a whole mail; gives the reply that ended it.
    @discardableResult
    func send(_ mail: [UInt8], from sender: String = "a@sender.example", to recipients: [String]) async throws -> Reply
    {
        let reply = try await envelope(from: sender, to: recipients)
        guard reply.code == 354 else { return reply }
        try await connection.send(Wire.stuffed(mail))
        return try await self.reply()
    }

    /// Says goodbye; a server that stops waits for clients who do not.
    func quit() async throws {
        try await command("QUIT")
    }
}
