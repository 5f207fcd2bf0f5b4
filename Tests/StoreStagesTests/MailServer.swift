import Addressing
import Arrivals
import AttachmentStore
import Bytes
import Foundation
import IndexMailStage
import MailStore
import Mailboxes
import NotifyStage
import SearchIndex
import StageKit
import StageTesting
import StoreAttachmentsStage
import StoreMetadataStage

/// The storing stages on a directory of their own, in the order of the usual pipeline.
struct MailServer {
    static let people = ["alice@example.org", "bob@example.org"]

    let directory: URL
    let services: StageServices
    let stages: [any BatchStage]

    /// Opens a directory, new or left by another server; alice and bob have mailboxes.
    init(_ directory: URL = FileManager.default.temporaryDirectory.appending(path: "stages-\(UUID().uuidString)"))
        async throws
    {
        self.directory = directory
        services = Samples.services(Samples.site(dataDirectory: directory.path))
        for user in Self.people
        where try await services.mailStore().user(for: user) == nil {
            _ = try await services.mailStore().addUser(user)
        }
        var settings = Settings(recording: ())
        let none = NoConfiguration(from: &settings)
        stages = [
            StoreAttachments(configuration: none, services: services),
            StoreMetadata(configuration: none, services: services),
            IndexMail(configuration: none, services: services), Notify(configuration: none, services: services),
        ]
        for stage in stages { try await stage.prepare() }
    }

    /// Takes messages through all stages; returns their verdicts at the last one that somebody reached.
    @discardableResult
    func deliver(_ messages: [Message]) async throws -> ([Message], [Verdict]) {
        var batch = messages
        var verdicts: [Verdict] = []
        for stage in stages {
            verdicts = try await stage.process(&batch, in: Samples.context(step: "deliver.\(type(of: stage).name)"))
            guard verdicts.allSatisfy({ $0 == .proceed }) else { break }
        }
        return (batch, verdicts)
    }

    var reader: MailReader {
        get throws { MailReader(store: try services.mailStore(), attachments: try services.attachmentStore()) }
    }

    func user(_ address: String = "alice@example.org") async throws -> UserID {
        guard let user = try await services.mailStore().user(for: address) else { throw Missing(what: address) }
        return user
    }

    func list(_ address: String = "alice@example.org", mailbox: String? = nil) async throws -> [MailSummary] {
        try await services.mailStore().list(user: try await user(address), mailbox: mailbox, limit: 100)
    }

    func search(_ query: String, _ address: String = "alice@example.org") async throws -> [UInt32] {
        try services.mailIndex().search(
            user: try await user(address).value, query: try Query(parsing: query, now: Samples.now), limit: 100,
            before: nil
        ).numbers
    }

    func close() async throws {
        for stage in stages { await stage.stop() }
        try await services.mailIndex().close()
        try await services.mailStore().close()
    }

    func remove() async throws {
        try await close()
        try FileManager.default.removeItem(at: directory)
    }

    struct Missing: Error { let what: String }
}
