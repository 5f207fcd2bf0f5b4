/// The client's side of dialogues with a server that runs.
package struct DialogClient: Sendable {
    private let port: Int
    private let isEncrypted: Bool

    /// A message that the server has accepted, with the id that it gave it.
    package struct Acceptance: Sendable {
        package let id: String
        package let content: [UInt8]
    }

    /// The server did not do what the dialogue says.
    package struct Deviation: Error, CustomStringConvertible {
        package let description: String
    }

    /// The beginning of the replies that accept a message.
    private static let acceptance = "250 2.0.0 Accepted as "

    /// A client of the server on a loopback port; `isEncrypted` is from the first octet on.
    package init(port: Int, isEncrypted: Bool = false) {
        self.port = port
        self.isEncrypted = isEncrypted
    }

    /// Plays a dialogue over a connection of its own, and gives the messages that the server has accepted.
    ///
    /// - Throws: ``Deviation``, or what the connection says.
    package func play(_ dialog: Dialog) async throws -> [Acceptance] {
        let client = try await TCPClient.connect(port: port, encryptedFor: isEncrypted ? "mx.example.org" : nil)
        do {
            let accepted = try await playSteps(of: dialog, client)
            await client.close()
            return accepted
        } catch {
            await client.close()
            throw Deviation(description: "\(dialog.name)\(isEncrypted ? " over TLS" : ""): \(error)")
        }
    }

    private func playSteps(of dialog: Dialog, _ client: TCPClient) async throws -> [Acceptance] {
        var accepted: [Acceptance] = []
        var contents: [[UInt8]] = []
        for step in dialog.steps {
            switch step {
            case .client(let octets): await send(octets, client)
            case .clientEnd: try await client.endOutput()
            case .encrypt: try await client.startTLS()
            case .message(let octets): contents.append(octets)
            case .hello:
                _ = try await reply(client)
                try await client.send("\(dialog.settings.dialect == "lmtp" ? "LHLO" : "EHLO") c.example\r\n")
                _ = try await reply(client)
            case .serverAmong(let wanted):
                let lines = try await reply(client)
                guard lines.contains(wanted) else { throw Deviation(description: "\(lines), without \(wanted)") }
            case .server(let wanted):
                let got = try await client.takeLine() ?? "(the connection is closed)"
                guard wanted.hasPrefix(Self.acceptance) else {
                    // Anything else would only put the rest of the dialogue out of step.
                    guard got == wanted else { throw Deviation(description: "\(got), not \(wanted)") }
                    continue
                }
                try note(got, &contents, &accepted)
            case .closed:
                if let rest = try await client.takeLine() {
                    throw Deviation(description: "\(rest), not the end of the connection")
                }
            }
        }
        // A scripted pipeline may get a message and refuse it.
        guard contents.isEmpty || dialog.answers["message"] != nil else {
            throw Deviation(description: "a message was not accepted")
        }
        return accepted
    }

    /// Notes an acceptance; LMTP says the same id to each recipient.
    private func note(_ line: String, _ contents: inout [[UInt8]], _ accepted: inout [Acceptance]) throws {
        let id = line.split(separator: " ").last.map(String.init) ?? ""
        if contents.isEmpty, accepted.last?.id == id { return }
        guard line.hasPrefix(Self.acceptance), !contents.isEmpty else {
            throw Deviation(description: "\(line), no acceptance")
        }
        accepted.append(Acceptance(id: id, content: contents.removeFirst()))
    }

    private func reply(_ client: TCPClient) async throws -> [String] {
        var lines: [String] = []
        while let line = try await client.takeLine() {
            lines.append(line)
            if line.dropFirst(3).first != "-" { break }
        }
        return lines
    }

    /// A server that has said its last word may close before it has read everything.
    private func send(_ octets: [UInt8], _ client: TCPClient) async {
        do {
            try await client.send(octets)
        } catch {
            return
        }
    }
}
