import Testing

/// Plays dialogues against a server that runs.
struct DialogPlayer {
    let sluice: Sluice
    /// The messages that the server has accepted, with the ids that it gave them.
    private(set) var accepted: [(dialog: String, id: String, content: [UInt8])] = []

    init(_ sluice: Sluice) { self.sluice = sluice }

    /// Plays a dialogue over a connection of its own.
    mutating func play(_ dialog: Dialog) async {
        do {
            try await playSteps(of: dialog)
        } catch {
            Issue.record("\(dialog.name): \(error)")
        }
    }

    private mutating func playSteps(of dialog: Dialog) async throws {
        let connection = try Connection(port: sluice.port)
        var contents: [[UInt8]] = []
        for step in dialog.steps {
            switch step {
            case .client(let octets): try await send(octets, to: connection)
            case .clientEnd: connection.endInput()
            case .message(let octets): contents.append(octets)
            case .server(let wanted):
                let got = try await connection.line() ?? "(the connection is closed)"
                guard wanted.hasPrefix("250 2.0.0 Accepted as ") else {
                    // Anything else would only put the rest of the dialogue out of step.
                    guard got == wanted else { throw Mishap("\(got), not \(wanted)") }
                    continue
                }
                guard got.hasPrefix("250 2.0.0 Accepted as "), !contents.isEmpty else {
                    throw Mishap("\(got), not \(wanted)")
                }
                let id = got.split(separator: " ").last.map(String.init) ?? ""
                accepted.append((dialog.name, id, contents.removeFirst()))
            case .closed:
                let rest = String(decoding: try await connection.rest(), as: UTF8.self)
                #expect(rest == "", "\(dialog.name)")
            }
        }
        #expect(contents.isEmpty, "\(dialog.name): a message was not accepted")
    }

    /// A server that has said its last word may close before it has read everything.
    private func send(_ octets: [UInt8], to connection: Connection) async throws {
        do {
            try await connection.send(octets)
        } catch {
            return
        }
    }
}
