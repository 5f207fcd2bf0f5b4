import Foundation

/// Many mails over several connections, whatever happens to the server meanwhile.
struct Storm: Sendable {
    private let child: ChildProcess
    private let sluice: Sluice

    /// What the client saw.
    struct Record {
        /// Acknowledged with 250.
        var accepted: Set<Substring> = []
        /// Sent, but no reply came.
        var unsure: Set<Substring> = []
        /// The codes of refusals.
        var refusals: Set<Substring> = []
    }

    init(_ sluice: Sluice, connections: Int = 4, seed: UInt64 = 1) throws {
        self.sluice = sluice
        guard let python = Places.program("python3") else { throw Mishap("there is no python3") }
        unlink(sluice.workspace("storm.stop"))
        child = try ChildProcess(
            python,
            [
                Places.here + "/Clients/storm.py", "\(sluice.port)", "user@example.org", "\(connections)",
                sluice.workspace("storm.stop"), sluice.workspace("storm.log"), "\(seed)",
            ], output: sluice.workspace("storm.out"), errors: sluice.workspace("storm.err"))
    }

    /// Waits until so many more mails are acknowledged.
    func accepts(_ count: Int) async throws {
        let before = record.accepted.count
        try await eventually("\(count) more mails are acknowledged", within: .seconds(60)) {
            if let ending = child.poll() { throw Mishap("storm.py: \(ending), \(errors)") }
            return record.accepted.count >= before + count ? true : nil
        }
    }

    /// Ends the storm and gives what it saw.
    func stop() async throws -> Record {
        try sluice.workspace.write("", to: "storm.stop")
        guard try await child.wait() == .exited(0) else { throw Mishap("storm.py: \(errors)") }
        return record
    }

    /// Ends it in any case.
    func end() { child.kill() }

    private var errors: String { Workspace.text(sluice.workspace("storm.err")) }

    private var record: Record {
        var record = Record()
        for line in Workspace.text(sluice.workspace("storm.log")).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 1 else { continue }
            switch words[0] {
            case "accepted": record.accepted.insert(words[1])
            case "unsure": record.unsure.insert(words[1])
            case "refused": record.refusals.insert(words.last ?? "")
            default: break
            }
        }
        return record
    }
}

extension Sluice {
    /// How often each token of a storm is in the user's mailbox, by the subjects of the exported mails.
    func storedTokens(_ directory: String) async throws -> [Substring: Int] {
        let folder = try await export(to: directory)
        var counts: [Substring: Int] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let mail = String(decoding: Workspace.octets(folder + "/" + name), as: UTF8.self)
            let field = mail.split(separator: "\r\n").first { $0.hasPrefix("Subject: token") }
            guard let token = field?.dropFirst("Subject: ".count) else { throw Mishap("\(name) is no mail of ours") }
            counts[token, default: 0] += 1
        }
        return counts
    }
}
