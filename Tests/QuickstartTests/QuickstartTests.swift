import Glibc
import Testing

/// The README's first command, from the mails to the search.
@Suite(.serialized)
struct QuickstartTests {
    @Test func `the demonstration delivers, refuses and finds what it should, twice`() throws {
        let demo = Demonstration()
        defer { demo.remove() }
        for _ in 1...2 {
            let run = try demo.run(["--once"])
            #expect(run.status == 0, "\(run.output)")
            for line in [
                "gtube: 550 5.7.1 Message refused",
                "stranger: 550 5.1.1 No such mailbox here",
                "    session.message.decide: decide: spam.score >= 15",
                "Every accepted mail was read back from each mailbox, octet for octet as it was sent.",
                "2 distinct attachments, 727 octets",
            ] {
                #expect(run.lines.contains(line), "\(line) is missing in:\n\(run.output)")
            }
            #expect(run.row("forged", "Junk") == ["forged", "fail", "6.0", "0", "0", "alice@example.org", "Junk", "5"])
            #expect(run.row("newsletter", "INBOX")?[1] == "none")
            #expect(run.row("plain", "INBOX")?[1] == "pass")
            #expect(run.row("inbound", "0") == ["inbound", "8", "8", "0", "0", "0", "0"])
            #expect(run.lines.contains { $0.contains("수문 점검 보고서를 보냅니다") })
        }
    }

    @Test func `a port that is taken is named, with what to do`() throws {
        let demo = Demonstration()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(2_525 + demo.offset).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0 && listen(listener, 1) == 0)
        let run = try demo.run(["--once"])
        #expect(run.status == 69)
        let port = "port \(2_525 + demo.offset) of 127.0.0.1"
        #expect(run.output.contains("\(port), which is for SMTP: address already in use"))
        #expect(run.output.contains("--port-offset 100"))
    }

    @Test func `a directory that it has not made is left alone`() throws {
        let demo = Demonstration()
        defer { rmdir(demo.directory) }
        try #require(mkdir(demo.directory, 0o700) == 0)
        let run = try demo.run(["--once"])
        #expect(run.status == 73)
        #expect(run.output.contains("\(demo.directory) exists and is not from this command; move it away"))
        #expect(access(demo.directory, F_OK) == 0)
    }
}

/// A demonstration on ports and in a directory of its own.
private struct Demonstration {
    /// Between the usual ports and those that the system gives to whoever asks for any (32768 and above).
    let offset = Int.random(in: 10_000...24_000)
    let directory = "/tmp/sluice-quickstart-\(getpid())-\(UInt32.random(in: 0 ... .max))"

    func run(_ arguments: [String]) throws -> Command {
        try Command(
            "\(Command.root)/pipelines/quickstart", arguments + ["--port-offset", String(offset)],
            environment: [
                "SLUICE_BINARY": "\(Command.productFolder)/sluice", "SLUICE_QUICKSTART_DIRECTORY": directory,
            ])
    }

    func remove() {
        do {
            _ = try Command("rm", ["-rf", directory], environment: [:])
        } catch {
            Issue.record("\(directory) could not be removed: \(error)")
        }
    }
}

extension Command {
    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// The words of the last line that begins with one word and contains another.
    func row(_ first: Substring, _ other: Substring) -> [Substring]? {
        lines.map { $0.split(separator: " ") }.last { $0.first == first && $0.contains(other) }
    }
}
