import Glibc

extension Sluice {
    /// Runs one of its commands on its pipeline files.
    func command(_ arguments: String...) async throws -> Outcome {
        try await command(arguments)
    }

    /// Runs one of its commands on its pipeline files.
    func command(_ arguments: [String]) async throws -> Outcome {
        try await workspace.run(Places.sluice, arguments + ["--pipelines", pipelines])
    }

    /// Gives a user of example.org a mailbox.
    func addUser(_ name: String) async throws {
        let outcome = try await command("user", "add", "\(name)@example.org")
        guard outcome.status == 0 else { throw Mishap("user add: \(outcome.testDescription)") }
    }

    /// The ledger and what waits.
    func queue() async throws -> QueueAnswer {
        try await command("queue", "--json").decoded(as: QueueAnswer.self)
    }

    /// The ledger once it satisfies a condition.
    func queue(
        _ what: String, within limit: Duration = .seconds(60), where condition: (QueueAnswer) throws -> Bool
    ) async throws -> QueueAnswer {
        try await eventually(what, within: limit, every: .milliseconds(100)) {
            let answer = try await queue()
            return try condition(answer) ? answer : nil
        }
    }

    /// The ledger once nothing waits any more.
    func settled(received: Int, within limit: Duration = .seconds(60)) async throws -> QueueAnswer.Row {
        try await queue("\(received) messages are settled", within: limit) {
            $0.inbound.received >= received && $0.inbound.pending == 0
        }.inbound
    }

    /// What a search finds.
    func search(_ query: String, of user: String = "user", limit: Int = 20) async throws -> SearchAnswer {
        try await command("search", "\(user)@example.org", query, "--limit", "\(limit)", "--json")
            .decoded(as: SearchAnswer.self)
    }

    /// What a search finds once it finds so many.
    func search(_ query: String, of user: String = "user", finds count: Int) async throws -> [SearchAnswer.Hit] {
        try await eventually("a search for \(query) finds \(count)", every: .milliseconds(100)) {
            let answer = try await search(query, of: user)
            guard answer.total >= count else { return nil }
            return answer.hits
        }
    }

    /// A mail as it was accepted.
    func raw(_ number: Int, of user: String = "user") async throws -> [UInt8] {
        let outcome = try await command("mail", "show", "\(user)@example.org", "\(number)", "--raw")
        guard outcome.status == 0 else { throw Mishap("mail show: \(outcome.testDescription)") }
        return outcome.octets
    }

    /// All of a user's mail as it was accepted, as files NUMBER.eml in a new directory.
    func export(_ user: String = "user", to name: String) async throws -> String {
        let directory = try workspace.makeDirectory(name)
        let outcome = try await command("mail", "export", "\(user)@example.org", "--directory", directory, "--raw")
        guard outcome.status == 0 else { throw Mishap("mail export: \(outcome.testDescription)") }
        return directory
    }

    /// What lies in quarantine.
    func quarantine() async throws -> [QuarantineAnswer] {
        try await command("quarantine", "list", "--json").decoded(as: [QuarantineAnswer].self)
    }

    /// The body of what the running server answers over its socket, without the cost of a command.
    func control(_ target: String) async throws -> [UInt8] {
        let connection = try Connection(path: data + "/control.sock")
        try await connection.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        let answer = try await connection.rest()
        let end = Array("\r\n\r\n".utf8)
        guard answer.starts(with: Array("HTTP/1.1 200".utf8)),
            let start = answer.indices.first(where: { answer[$0...].starts(with: end) })
        else { throw Mishap("\(target): \(String(decoding: answer.prefix(200), as: UTF8.self))") }
        let body = answer[(start + end.count)...]
        let head = String(decoding: answer[..<start], as: UTF8.self).lowercased()
        return head.contains("transfer-encoding: chunked") ? try Self.joined(body) : Array(body)
    }

    /// What the chunks of a body hold (RFC 9112, section 7.1).
    private static func joined(_ chunks: ArraySlice<UInt8>) throws -> [UInt8] {
        var (rest, content) = (chunks, [UInt8]())
        while let end = rest.firstIndex(of: 0x0D),
            let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16), size > 0
        {
            content += rest.dropFirst(end + 2 - rest.startIndex).prefix(size)
            rest = rest.dropFirst(end + 2 - rest.startIndex + size + 2)
        }
        guard rest.starts(with: Array("0\r\n".utf8)) else { throw Mishap("chunks that break off") }
        return content
    }

    /// The most memory that the process ever had, in octets.
    func peakMemory() throws -> Int {
        let status = Workspace.text("/proc/\(try pid)/status")
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(separator: " ").dropLast().last.flatMap({ Int($0) })
        else { throw Mishap("no VmHWM in \(status)") }
        return kilobytes * 1_024
    }
}
