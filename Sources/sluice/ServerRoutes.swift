import Arrivals
import Bytes
import ControlServer
import DurableQueue
import Engine
import MailStore
import Mailboxes
import Resolver
import StageKit

/// What the running server answers over its local interface.
struct ServerRoutes: Sendable {
    let services: StageServices
    let queue: DurableQueue
    let engine: Engine
    let reload: Reload

    /// Answers one request; nothing but events, measurements and health goes to those who are not trusted.
    @concurrent
    func respond(to request: ControlRequest) async -> ControlResponse {
        do {
            switch (request.method, request.path.first, request.isTrusted) {
            case (.get, "health", _): return health
            case (.get, "metrics", _):
                let resolver = try services.resolverMetrics()
                return .text(MetricsText.text(queue: queue, engine: engine, resolver: resolver))
            case (.get, "events", _): return try await events(for: request.query["user"])
            case (.get, "queue", true): return .json(try JSON.encode(QueueAnswer(queue, engine.plan)))
            case (.get, "search", true): return try await search(request)
            case (.post, "reload", true): return .json(try JSON.encode(await reload.perform()))
            case (_, "index", true): return try await index(request)
            case (.post, "user", true): return try await removeUser(request)
            case (.post, "attachments", true): return try await collectAttachments(request)
            case (_, "quarantine", true): return try await quarantine(request)
            default: return .text("there is nothing at /\(request.path.joined(separator: "/"))", status: 404)
            }
        } catch QueueError.unknownMessage(let id) {
            return .text("no message \(id) is in quarantine", status: 400)
        } catch let error as ReleaseError {
            return .text("\(error)", status: 400)
        } catch let error as MailStoreError where error.isRefusal {
            return .text("\(error)", status: 400)
        } catch let failure as Failure {
            return .text(failure.description, status: failure.code == .noUser ? 404 : 400)
        } catch {
            return .text("\(error)", status: 500)
        }
    }

    private var health: ControlResponse {
        let wrong = queue.discrepancies().sorted { $0.key < $1.key }
            .map { "the ledger of \($0.key) does not balance: \($0.value)" }
        return wrong.isEmpty ? .text("ok") : .text(wrong.joined(separator: "\n"), status: 503)
    }

    private func search(_ request: ControlRequest) async throws -> ControlResponse {
        guard let user = request.query["user"], let query = request.query["query"] else {
            throw Failure(.dataError, "a search needs user and query")
        }
        let limit = min(max(request.query["limit"].flatMap { Int($0) } ?? 20, 1), 10_000)
        let answer = try await SearchAnswer.search(
            services, user: user, query: query, limit: limit, after: request.query["after"].flatMap { UInt32($0) })
        return .json(try JSON.encode(answer))
    }

    private func index(_ request: ControlRequest) async throws -> ControlResponse {
        let index = try services.mailIndex()
        var user: UserID?
        if let address = request.query["user"] { user = try await services.user(address) }
        switch (request.method, request.path.dropFirst().first) {
        case (.get, "stats"):
            let answer = IndexAnswer(index.statistics(), isRebuilding: index.mayMissMails)
            return .json(try JSON.encode(answer))
        case (.get, "verify"): return .json(try JSON.encode(try await index.verify(user: user)))
        case (.post, "rebuild"):
            return .json(try JSON.encode(RebuildAnswer(mails: try await index.rebuild(user: user))))
        default: throw Failure(.dataError, "the index knows stats, verify and rebuild")
        }
    }

    private func removeUser(_ request: ControlRequest) async throws -> ControlResponse {
        guard request.path.dropFirst() == ["remove"], let user = request.query["user"] else {
            throw Failure(.dataError, "/user/remove needs a user")
        }
        let withMail = request.query["mail"] == "true"
        let mails = try await services.mailIndex().removeUser(user, withMail: withMail)
        return .json(try JSON.encode(RemovalAnswer(mails: mails)))
    }

    private func collectAttachments(_ request: ControlRequest) async throws -> ControlResponse {
        guard request.path.dropFirst() == ["collect"] else {
            throw Failure(.dataError, "attachments can be collected: /attachments/collect")
        }
        return .json(try JSON.encode(try await AttachmentCleaning(services: services, queue: queue).run()))
    }

    private func quarantine(_ request: ControlRequest) async throws -> ControlResponse {
        guard request.path.count > 1 else {
            return .json(try JSON.encode(queue.quarantined().map { QuarantineAnswer($0) }))
        }
        guard let id = MessageID(request.path[1]) else {
            throw Failure(.dataError, "\(request.path[1]) is not a message id")
        }
        if request.method == .post, request.path.count == 3, request.path[2] == "release" {
            try await engine.release(id, from: request.query["from"])
            return .text("ok")
        }
        guard let summary = queue.quarantined(id), let message = try await queue.quarantinedMessage(id) else {
            throw Failure(.dataError, "no message \(id) is in quarantine")
        }
        if request.path.count == 3, request.path[2] == "envelope" {
            return .json(try JSON.encode(HeldAnswer(summary, message)))
        }
        return ControlResponse(type: "message/rfc822", body: .stream(message.content.pieces))
    }

    /// Server-sent events (WHATWG HTML, section 9.2): one `arrival` a mail, its id the place in the store's order.
    private func events(for address: String?) async throws -> ControlResponse {
        // Who listens for somebody unknown would wait for ever; the store's spelling is in lower case.
        if let address { _ = try await services.user(address) }
        let arrivals = try services.arrivalBus().arrivals(for: address?.lowercased())
        // A listener who does not keep up misses the oldest, as on the bus itself.
        let (stream, continuation) = AsyncStream<[UInt8]>.makeStream(
            bufferingPolicy: .bufferingNewest(ArrivalBus.backlog))
        continuation.yield(Array(": listening\n\n".utf8))
        let task = Task { @Sendable in
            for await arrival in arrivals {
                continuation.yield(Self.event(arrival))
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in task.cancel() }
        return ControlResponse(type: "text/event-stream", body: .stream(stream))
    }

    private static func event(_ arrival: Arrival) -> [UInt8] {
        let answer = ArrivalAnswer(
            user: arrival.user, id: arrival.number, sequence: arrival.sequence, mailbox: arrival.mailbox,
            subject: arrival.subject, from: arrival.sender, received: arrival.received.shown)
        do {
            let data = try JSON.encode(answer)
            return Array("id: \(arrival.sequence)\nevent: arrival\ndata: ".utf8) + data + Array("\n\n".utf8)
        } catch {
            return Array(": an arrival could not be written\n\n".utf8)
        }
    }
}
