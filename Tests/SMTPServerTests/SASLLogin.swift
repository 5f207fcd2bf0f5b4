import Foundation
import SASL
import SMTPDialogs

/// Knows one user.
struct OneUser: Authenticator {
    func accepts(password: String, of user: String) async throws -> Bool {
        user == "alice" && password == "wonder land"
    }

    func credentials(of user: String) async throws -> SCRAMCredentials? {
        user == "alice" ? SCRAMCredentials(password: "wonder land", salt: Array("salt".utf8)) : nil
    }
}

/// The client's side of AUTH, made by Python's `hmac` and `hashlib`, which know nothing of our code.
struct SASLLogin {
    private let mechanism: String
    private let user: String
    private let password: String

    /// The server did not say what it should.
    struct Unexpected: Error { let line: String? }

    init(_ mechanism: String, user: String, password: String) throws {
        (self.mechanism, self.user, self.password) = (mechanism, user, password)
    }

    func perform(over client: TCPClient) async throws {
        while let line = try await client.takeLine(), !line.hasPrefix("220 2.0.0") {}
        try await client.send("EHLO c.example\r\n")
        while let line = try await client.takeLine(), line.hasPrefix("250-") {}
        switch mechanism {
        case "PLAIN": try await client.send("AUTH PLAIN \(encoded("\0\(user)\0\(password)"))\r\n")
        case "LOGIN":
            _ = try await ask(client, "AUTH LOGIN")
            _ = try await ask(client, encoded(user))
            try await client.send("\(encoded(password))\r\n")
        default: try await scram(client)
        }
        let line = try await client.takeLine()
        guard line == "235 2.7.0 Authenticated" else { throw Unexpected(line: line) }
    }

    private func scram(_ client: TCPClient) async throws {
        let bare = "n=\(user),r=fyko"
        let first = try await ask(client, "AUTH SCRAM-SHA-256 \(encoded("n,,\(bare)"))")
        let program = """
            import base64, hashlib, hmac, sys
            bare, server, password = sys.argv[1:]
            fields = dict(part.split('=', 1) for part in server.split(','))
            salted = hashlib.pbkdf2_hmac('sha256', password.encode(), base64.b64decode(fields['s']), int(fields['i']))
            sign = lambda key, text: hmac.new(key, text, hashlib.sha256).digest()
            client = sign(salted, b'Client Key')
            final = 'c=biws,r=' + fields['r']
            text = ','.join([bare, server, final]).encode()
            proof = bytes(a ^ b for a, b in zip(client, sign(hashlib.sha256(client).digest(), text)))
            print(final + ',p=' + base64.b64encode(proof).decode())
            print('v=' + base64.b64encode(sign(sign(salted, b'Server Key'), text)).decode())
            """
        let outcome = try await Tool.run("python3", ["-c", program, bare, first, password])
        let lines = outcome.output.split(separator: "\n").map(String.init)
        guard lines.count == 2 else { throw Unexpected(line: outcome.output) }
        let signature = try await ask(client, encoded(lines[0]))
        guard signature == lines[1] else { throw Unexpected(line: signature) }
        try await client.send("\r\n")
    }

    /// Sends a line and gives the challenge that comes back.
    private func ask(_ client: TCPClient, _ line: String) async throws -> String {
        try await client.send(line + "\r\n")
        let reply = try await client.takeLine()
        guard let reply, reply.hasPrefix("334 "), let data = Data(base64Encoded: String(reply.dropFirst(4))) else {
            throw Unexpected(line: reply)
        }
        return String(decoding: data, as: UTF8.self)
    }

    private func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
