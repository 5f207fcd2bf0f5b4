import Bytes
import Files
import Glibc
import MailStore
import StageKit
import Testing

@Suite struct CrashTests {
    /// Three starts each, and so three sudden ends; `SLUICE_KILLS` asks for more than the usual nine.
    private static let seeds: Int = {
        guard let kills = getenv("SLUICE_KILLS").flatMap({ Int(String(cString: $0)) }) else { return 3 }
        return max(1, (kills + 2) / 3)
    }()

    @Test(arguments: 1...seeds)
    func `what was reported before a kill is there, once, and delivering all again doubles nothing`(
        seed: Int
    ) async throws {
        let directory = try TemporaryDirectory()
        var reported: [(MessageID, UInt32)] = []
        for run in 0..<3 {
            // Another moment in each run: after some lines, in the middle of whatever is under way then.
            let child = try CrashChild(directory: directory.path, run: run)
            reported += try child.report(lines: 50 + 37 * (seed % 9 + 1) * (run + 1)).map { line in
                let words = line.split(separator: " ")
                let message = try #require(words.first.flatMap { MessageID(String($0)) })
                return (message, try #require(words.last.flatMap { UInt32($0) }))
            }
        }
        let store = try MailStore.open(directory: directory.path)
        let user = try #require(try await store.user(for: "ada@example.org"))
        let present = try await store.list(user: user, limit: .max)
        let numbers = Dictionary(grouping: present, by: \.message).mapValues { $0.map(\.number) }
        for (message, number) in reported { #expect(numbers[message] == [number]) }
        #expect(present.map(\.number).reversed() == Array(1...UInt32(present.count)))
        #expect(present.count.isMultiple(of: 3), "a batch of three is there in part")
        for summary in present.prefix(50) {
            let body = try #require(try await store.body(user: user, number: summary.number)).body
            #expect(body == Array(repeating: UInt8(truncatingIfNeeded: summary.message.low), count: 5_000))
        }
        let again = reported.map { message, _ in
            MailDelivery(message: message, recipient: "ada@example.org", received: Timestamp(seconds: 1))
        }
        #expect(try await store.deliver(again).placements().map(\.number) == reported.map(\.1))
        #expect(try await store.statistics().mails == present.count)
        let check = try Connection(directory.path + "/" + MailStore.fileName).text("PRAGMA integrity_check")
        #expect(check == "ok")
    }
}
