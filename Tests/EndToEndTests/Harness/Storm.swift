import Foundation

/// Many mails over several connections, whatever happens to the server meanwhile.
struct Storm: Sendable {
    private let child: ChildProcess
    private let sluice: Sluice

    /// What the client saw.
    struct Record {
        /// The checksums of what was acknowledged with 250, by token.
        var accepted: [Substring: UInt32] = [:]
        /// The checksums of what was sent without a reply, by token.
        var unsure: [Substring: UInt32] = [:]
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
            case "accepted": record.accepted[words[1]] = words.last.flatMap { UInt32($0) }
            case "unsure": record.unsure[words[1]] = words.last.flatMap { UInt32($0) }
            case "refused": record.refusals.insert(words.last ?? "")
            default: break
            }
        }
        return record
    }
}

extension Sluice {
    /// The checksums of all mails of a storm in the user's mailbox, by the tokens in their subjects.
    func storedTokens(_ directory: String) async throws -> [Substring: [UInt32]] {
        let folder = try await export(to: directory)
        var checksums: [Substring: [UInt32]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let mail = Workspace.octets(folder + "/" + name)
            let field = String(decoding: mail, as: UTF8.self).split(separator: "\r\n")
                .first { $0.hasPrefix("Subject: token") }
            guard let token = field?.dropFirst("Subject: ".count) else { throw Mishap("\(name) is no mail of ours") }
            checksums[token, default: []].append(CRC32.checksum(of: mail))
        }
        return checksums
    }
}
