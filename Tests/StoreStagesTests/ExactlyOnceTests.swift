import Arrivals
import AttachmentStore
import Bytes
import DurableQueue
import Foundation
import MailStore
import Mailboxes
import SearchIndex
import SimulatedFiles
import StageKit
import StageTesting
import Synchronization
import Testing

/// The effects of the storing stages, when the process ends between an effect and its record.
struct ExactlyOnceTests {
    /// What the ended process leaves behind: the queue's disk, and a copy of the stores' directory.
    private final class Remains: Sendable {
        private let kept = Mutex<(disk: SimulatedFileSystem, directory: URL)?>(nil)

        var taken: (disk: SimulatedFileSystem, directory: URL)? { kept.withLock { $0 } }

        func take(_ disk: SimulatedFileSystem, _ directory: URL) throws {
            try kept.withLock { kept in
                guard kept == nil else { return }
                let copy = Self.place()
                try FileManager.default.copyItem(at: directory, to: copy)
                kept = (disk.crash(.everything, seed: 0), copy)
            }
        }

        static func place() -> URL {
            FileManager.default.temporaryDirectory.appending(path: "once-\(UUID().uuidString)")
        }
    }

    /// Delivers a mail to all, and takes what is on the disks the moment it has passed a step.
    private func crash(behind step: String) async throws -> (id: MessageID, disk: SimulatedFileSystem, directory: URL) {
        let disk = SimulatedFileSystem()
        let directory = Remains.place()
        let remains = Remains()
        let cutter = Cutter { reached in
            guard reached == "deliver.after-\(step)" else { return }
            do {
                try remains.take(disk, directory)
            } catch {
                Issue.record("\(error)")
            }
        }
        let flow = try await StoringFlow(directory, disk, cutter)
        let sent = Mutex<MessageID?>(nil)
        try await flow.serve { entrance in
            let id = try await entrance.send(StoreStagesTests.mail("Report"), to: MailServer.people)
            sent.withLock { $0 = id }
            try await flow.settled()
        }
        try FileManager.default.removeItem(at: directory)
        let taken = try #require(remains.taken)
        return (try #require(sent.withLock { $0 }), taken.disk, taken.directory)
    }

    @Test(arguments: StoringFlow.steps)
    func `after an end between a step's effect and its record, everything is there once`(_ step: String) async throws {
        let (id, disk, directory) = try await crash(behind: step)
        let flow = try await StoringFlow(directory, disk)
        #expect(flow.queue.pending(limit: 9).map(\.id) == [id], "nothing tells of the delivery")
        let arrivals = try flow.services.arrivalBus().arrivals(for: nil)
        try await flow.serve { _ in
            try await flow.settled()
            try await judge(flow.services, id)
        }
        #expect(flow.queue.ledger()["inbound"]?.recipients.delivered == MailServer.people.count)
        #expect(flow.queue.discrepancies().isEmpty)
        // This process has told nobody before, so it tells all; each arrival has the place by which to know it again.
        var heard: [String: UInt64] = [:]
        for await arrival in arrivals {
            #expect(heard.updateValue(arrival.sequence, forKey: arrival.user) == nil)
            if heard.count == MailServer.people.count { break }
        }
        #expect(Set(heard.values) == [1, 2])
        try FileManager.default.removeItem(at: directory)
    }

    /// One copy for each, one content, one entry of the index, and nothing left over.
    private func judge(_ services: StageServices, _ id: MessageID) async throws {
        let store = try services.mailStore()
        for person in MailServer.people {
            let user = try #require(try await store.user(for: person))
            let mails = try await store.list(user: user, limit: 9)
            #expect(mails.map(\.message) == [id] && mails.map(\.number) == [1] && mails.map(\.attachmentCount) == [1])
            let query = try Query(parsing: "figures", now: Samples.now)
            let found = try services.mailIndex().search(user: user.value, query: query, limit: 9, before: nil)
            #expect(found.numbers == [1])
            let reader = MailReader(store: store, attachments: try services.attachmentStore())
            let mail = try #require(try await reader.mail(user: user, number: 1))
            #expect(mail.content.array == StoreStagesTests.mail("Report"))
        }
        #expect(try await store.statistics().mails == MailServer.people.count)
        #expect(try await store.statistics().bodies == 1)
        #expect(try await services.attachmentStore().statistics().contents == 1)
        #expect(try await services.mailIndex().verify().findings.isEmpty)
    }
}
