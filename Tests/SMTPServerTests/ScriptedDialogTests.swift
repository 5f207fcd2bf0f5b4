import Addressing
import Bytes
import SASL
import SMTP
import SMTPDialogs
import SMTPServer
import StageKit
import Synchronization
import Testing

/// The dialogues whose pipeline answers as written (`P:`) or knows users, with the real adapter between.
@Suite struct ScriptedDialogTests {
    @Test func `every scripted dialogue goes as written over TCP and TLS`() async throws {
        let dialogs = try Dialog.all { !$0.hasPrefix("inbound") }.filter { $0.isScripted && $0.hasRealLogin }
        #expect(dialogs.count > 40)
        #expect(dialogs.filter { !$0.settings.mechanisms.isEmpty }.count > 15)
        try await withTemporaryDirectory { directory in
            let files = try TestCertificate(for: ["mx.example.org"], in: directory)
            for dialog in dialogs {
                if dialog.settings.channel != .tls { await play(dialog, files, isEncrypted: false) }
                if dialog.settings.channel != .plain { await play(dialog, files, isEncrypted: true) }
            }
        }
    }

    private func play(_ dialog: Dialog, _ certificate: TestCertificate, isEncrypted: Bool) async {
        let script = DialogScript(dialog)
        do {
            try await withServer(script.entrance) {
                $0.adopt(dialog.settings, certificate, isEncrypted: isEncrypted)
                if !dialog.settings.mechanisms.isEmpty { $0.authenticator = script }
            } _: { address, _ in
                _ = try await DialogClient(port: address.port, isEncrypted: isEncrypted).play(dialog)
                let seen = script.seen
                #expect(seen == dialog.messages, "\(dialog.name)")
            }
        } catch {
            Issue.record("\(error)")
        }
    }
}

/// The answers of a dialogue, each given once, as a pipeline and as one who knows users.
private final class DialogScript: Authenticator {
    private let answers: Mutex<[String: [Dialog.Answer]]>
    private let contents = Mutex<[[UInt8]]>([])

    /// The messages that the pipeline got, whatever it said to them.
    var seen: [[UInt8]] { contents.withLock { $0 } }

    init(_ dialog: Dialog) {
        // What a mechanism asks is its own affair; only its end is scripted.
        answers = Mutex(
            dialog.answers.mapValues { answers in
                answers.filter { answer in
                    if case .challenge = answer { false } else { true }
                }
            })
    }

    var entrance: MemoryEntrance {
        MemoryEntrance(
            phases: Set(SessionPhase.allCases),
            onConnect: { _ in self.result("connect") }, onMail: { _ in self.result("mail") },
            onRecipient: { _, _ in self.result("recipient") },
            onMessage: { message in
                self.contents.withLock { $0.append(message.content.array) }
                return self.refusal("message")
            })
    }

    func accepts(password: String, of user: String) async throws -> Bool {
        if case .authenticated = next("authentication") { true } else { false }
    }

    func credentials(of user: String) async throws -> SCRAMCredentials? { nil }

    private func result(_ question: String) -> PhaseResult {
        refusal(question).map { .refuse($0) } ?? .proceed
    }

    private func refusal(_ question: String) -> Reply? {
        guard case .refuse(let text) = next(question) else { return nil }
        return Reply(parsing: text) ?? Reply(599, nil, "The dialogue's reply is none")
    }

    private func next(_ question: String) -> Dialog.Answer? {
        answers.withLock { answers in
            guard let first = answers[question]?.first else { return nil }
            answers[question]?.removeFirst()
            return first
        }
    }
}

extension Dialog {
    /// The messages that the pipeline gets.
    fileprivate var messages: [[UInt8]] {
        steps.compactMap { step in
            if case .message(let octets) = step { octets } else { nil }
        }
    }

    /// Whether what the pipeline says about users is something that a real mechanism can say.
    fileprivate var hasRealLogin: Bool {
        !(answers["authentication"] ?? []).contains { answer in
            if case .proceed = answer { true } else { false }
        }
    }
}

extension SMTPService.Configuration {
    fileprivate mutating func adopt(
        _ settings: Dialog.Settings, _ certificate: TestCertificate, isEncrypted: Bool
    ) {
        session.messageLimit = settings.messageLimit
        session.recipientLimit = settings.recipientLimit
        session.errorLimit = settings.errorLimit
        session.idleCommandLimit = settings.idleLimit
        session.bareNewlines = BareNewlines(rawValue: settings.bareNewlines) ?? .normalise
        session.dialect = ServerSession.Dialect(rawValue: settings.dialect) ?? .smtp
        session.startTLS = ServerSession.StartTLS(rawValue: settings.startTLS) ?? .unavailable
        session.offersDSN = settings.offersDSN
        session.requiresAuthentication = settings.requiresAuthentication
        session.patientErrors = settings.patientErrors
        session.disabledCommands = Set(
            settings.disabled.compactMap(ServerSession.OptionalCommand.init(rawValue:)))
        if settings.allowsXCLIENT { forwarders = [AddressRange("127.0.0.1")].compactMap(\.self) }
        var encryption = TLSSettings(
            certificates: [CertificateFiles(certificate: certificate.certificate, key: certificate.key)])
        if isEncrypted {
            encryption.listeners = listeners
            listeners = []
        }
        tls = encryption
    }
}
