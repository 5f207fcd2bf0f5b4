import AttachmentStore
import Bytes
import Files
import Foundation
import Glibc
import MailStore
import Mailboxes
import SearchIndex
import StageKit
import StageTesting
import Testing

/// An index that is damaged, or that another process has.
struct MailIndexDamageTests {
    private static let count = 40

    /// A store of some mails and their index, closed; the body may spoil the index before it is opened again.
    private func withMails(_ body: (String, StageServices) async throws -> Void) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "damage-\(UUID().uuidString)").path
        let services = Samples.services(Samples.site(dataDirectory: directory))
        let store = try services.mailStore()
        _ = try await store.addUser("alice@example.org")
        let deliveries = (0..<Self.count).map { number in
            var delivery = MailDelivery(
                message: MessageID(high: 1, low: UInt64(number)), recipient: "alice@example.org",
                received: Samples.now)
            delivery.subject = "mail \(number)"
            delivery.body =
                StoredForm(pieces: [.literal(Array("Subject: mail \(number)\r\n\r\nfizz\r\n".utf8))]).encoded
            return delivery
        }
        for result in try await store.deliver(deliveries) { _ = try result.get() }
        try await services.mailIndex().catchUp()
        try await services.mailIndex().close()
        try await store.close()
        try await body(directory, Samples.services(Samples.site(dataDirectory: directory)))
        try FileManager.default.removeItem(atPath: directory)
    }

    private func found(_ services: StageServices) async throws -> Int {
        let user = try #require(try await services.mailStore().user(for: "alice@example.org"))
        let query = try Query(parsing: "fizz", now: Samples.now)
        return try services.mailIndex().count(user: user.value, query: query)
    }

    @Test(arguments: ["MANIFEST", "0000000001.segment"])
    func `a damaged index is set aside and built again from the store`(_ name: String) async throws {
        try await withMails { directory, services in
            let path = directory + "/index/" + name
            var octets = try Data(contentsOf: URL(filePath: path))
            // In the manifest's first record; in the segment's last octets, where its parts are listed.
            octets[name == "MANIFEST" ? 26 : octets.count - 8] ^= 0x40
            let spoiled = octets
            // A record behind it, so that it is not what a crash leaves of the last one.
            if name == "MANIFEST" { octets.append(contentsOf: [9, 9, 9, 9, 9, 9, 9, 9, 9]) }
            try octets.write(to: URL(filePath: path))
            let index = try services.mailIndex()
            let replaced = try #require(index.replaced)
            #expect(!replaced.isSound && "\(replaced)".contains(name))
            #expect(replaced.path.hasSuffix("/index.set-aside-1"))
            try await index.catchUp()
            #expect(try await found(services) == Self.count)
            let evidence = try Data(contentsOf: URL(filePath: directory + "/index.set-aside-1/" + name))
            #expect(evidence.prefix(spoiled.count) == spoiled, "the evidence is as it was found")
            try await index.close()
            try await services.mailStore().close()
        }
    }

    @Test func `a second one who writes the index is refused and told who has it`() async throws {
        try await withMails { directory, services in
            let index = try services.mailIndex()
            try await index.catchUp()
            let other = Samples.services(Samples.site(dataDirectory: directory))
            let error = #expect(throws: ProcessLock.InUse.self) { try other.mailIndex() }
            #expect(error?.process == Int(getpid()))
            #expect(try await found(services) == Self.count)
            try await index.close()
            try await other.mailIndex().catchUp()
            #expect(try await found(other) == Self.count)
            try await other.mailIndex().close()
            try await other.mailStore().close()
            try await services.mailStore().close()
        }
    }
}
