import SMTPDialogs
import Testing

/// Plays dialogues against a server that runs.
struct DialogPlayer {
    /// Where the server listens.
    let port: UInt16
    /// Whether connections are encrypted from their first octet on.
    let isEncrypted: Bool
    /// The messages that the server has accepted, with the ids that it gave them.
    private(set) var accepted: [(dialog: String, id: String, content: [UInt8])] = []

    /// The beginning of the replies that accept a message.
    private static let acceptance = "250 2.0.0 Accepted as "

    init(port: UInt16, isEncrypted: Bool = false) {
        self.port = port
        self.isEncrypted = isEncrypted
    }

    /// Plays a dialogue over a connection of its own.
    mutating func play(_ dialog: Dialog) async {
        do {
            let client = try await TCPClient.connect(
                port: Int(port), encryptedFor: isEncrypted ? "mx.example.org" : nil)
            do {
                try await playSteps(of: dialog, client)
            } catch {
                Issue.record("\(dialog.name)\(isEncrypted ? " over TLS" : ""): \(error)")
            }
            await client.close()
        } catch {
            Issue.record("\(dialog.name): no connection: \(error)")
        }
    }

    private mutating func playSteps(of dialog: Dialog, _ client: TCPClient) async throws {
        var contents: [[UInt8]] = []
        for step in dialog.steps {
            switch step {
            case .client(let octets): try await send(octets, client)
            case .clientEnd: try await client.endOutput()
            case .encrypt: try await client.startTLS()
            case .message(let octets): contents.append(octets)
            case .hello:
                _ = try await reply(client)
                try await client.send("\(dialog.settings.dialect == "lmtp" ? "LHLO" : "EHLO") c.example\r\n")
                _ = try await reply(client)
            case .serverAmong(let wanted):
                let lines = try await reply(client)
                guard lines.contains(wanted) else { throw Mishap("\(lines), without \(wanted)") }
            case .server(let wanted):
                let got = try await client.takeLine() ?? "(the connection is closed)"
                guard wanted.hasPrefix(Self.acceptance) else {
                    // Anything else would only put the rest of the dialogue out of step.
                    guard got == wanted else { throw Mishap("\(got), not \(wanted)") }
                    continue
                }
                try note(got, &contents, dialog)
            case .closed:
                let rest = try await client.takeLine()
                #expect(rest == nil, "\(dialog.name)")
            }
        }
        #expect(contents.isEmpty, "\(dialog.name): a message was not accepted")
    }

    /// Notes an acceptance; LMTP says the same id to each recipient.
    private mutating func note(_ line: String, _ contents: inout [[UInt8]], _ dialog: Dialog) throws {
        let id = line.split(separator: " ").last.map(String.init) ?? ""
        if contents.isEmpty, accepted.last?.id == id { return }
        guard line.hasPrefix(Self.acceptance), !contents.isEmpty else { throw Mishap("\(line), no acceptance") }
        accepted.append((dialog.name, id, contents.removeFirst()))
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
    private func send(_ octets: [UInt8], _ client: TCPClient) async throws {
        do {
            try await client.send(octets)
        } catch {
            return
        }
    }
}
