import SMTP
import StageKit

/// The check of one pipeline file.
struct FileCheck {
    /// The parts of a pipeline file.
    static let parts = ["receive", "session", "accept", "deliver", "on-error", "tests"]

    let path: String
    let source: SourceText
    let context: CheckContext
    /// The pipeline's name; empty until it is read.
    private(set) var pipeline = ""
    /// Everything found so far.
    var findings: [Finding] = []
    /// The facts that are there at the step under check.
    var scope = FactScope()
    /// The ids of the steps so far.
    var ids: [String: SourceLocation] = [:]
    /// What was found about stages that are not there, by their names.
    var missingStages: [[String]: MissingStage] = [:]
    /// The steps that would use facts which nobody provides before them.
    var earlyReaders: [EarlyReader] = []
    /// The steps that find results for Authentication-Results fields, each stage once.
    var resultSteps: [SettingNode.Entry] = []
    /// The names of all stages so far, or those that were probably meant.
    var stageNames: Set<String> = []
    /// The parts of the file that stand within another part.
    var misplacedParts: Set<String> = []
    /// A `decide` that lets nothing pass, until a step behind it is found.
    var end: SourceLocation?
    /// What the pipeline says about failures.
    var onError = ErrorPolicy.standard

    init(path: String, source: SourceText, context: CheckContext) {
        self.path = path
        self.source = source
        self.context = context
    }

    /// Notes a finding.
    mutating func note(
        _ code: Finding.Code, _ place: SourceLocation, _ text: String, suggestion: String? = nil
    ) {
        findings.append(Finding(code, at: place, text, suggestion: suggestion))
    }

    /// Notes what the reading of a group of settings found.
    mutating func finish(_ settings: Settings) {
        findings += settings.finish().map { Finding($0) }
    }

    /// Checks the file's content; the plan in the result counts only if there are no errors.
    mutating func check(_ node: SettingNode, _ bytes: [UInt8]) -> CheckedPipeline {
        var settings = Settings(node)
        guard checkVersion(&settings, &findings) else { return CheckedPipeline() }
        var result = CheckedPipeline()
        pipeline = settings.take("pipeline", "The pipeline's name, different from those of all others.")
        if !isWord(pipeline) { settings.note("pipeline", "must be a name of a-z, 0-9 and hyphens, such as inbound") }
        result.name = node.entries.contains { $0.key == "pipeline" } ? pipeline : nil
        result.nameLocation = settings.location(of: "pipeline")
        let parts = takeParts(&settings)
        finish(settings)
        let receivers = checkReceivers(parts["receive"] ?? nil, node.location)
        result.listeners = receivers.listeners
        let session = checkSession(parts["session"] ?? nil)
        let accept = checkAccept(parts["accept"] ?? nil)
        checkCapacity(accept, of: receivers.steps, parts["receive"] ?? nil)
        scope.add(CoreFacts.declarations(from: .message), isCertain: true)
        if let node = parts["on-error"] ?? nil { onError = checkErrorPolicy(node, else: .standard) }
        let deliver = checkDelivery(parts["deliver"] ?? nil, node.location)
        let missed = Set(missingStages.keys.joined())
        findings += earlyReaders.compactMap { $0.finding(besides: missed) }
        checkResults()
        result.plan = PipelinePlan(
            name: pipeline, digest: digest(bytes), sourceFile: path,
            text: PipelineText(
                fileName: String(path.split(separator: "/").last ?? ""), pipeline: bytes, site: context.siteBytes),
            receivers: receivers.steps, session: session,
            accept: accept, deliver: deliver, onError: onError, tests: checkTests(parts["tests"] ?? nil))
        return result
    }

    private func takeParts(_ settings: inout Settings) -> [String: SettingNode?] {
        var parts: [String: SettingNode?] = [:]
        for part in Self.parts {
            parts[part] = settings.takeOptional(part, of: Piece.self, "")?.node
        }
        if (parts["accept"] ?? nil) == nil {
            settings.noteMissing("accept", "it is the durable line; write accept: { queue: {} }")
        }
        return parts
    }

    /// Notes parts of the file that are indented into another part.
    mutating func noteMisplacedParts(in part: String, _ settings: inout Settings, _ node: SettingNode?) {
        for entry in node?.entries ?? [] where Self.parts.contains(entry.key) {
            _ = settings.takeOptional(entry.key, of: Piece.self, "")
            misplacedParts.insert(entry.key)
            note(
                .unknownKey, entry.location,
                "\(entry.key) stands within \(part); write it at the left margin, beside \(part)")
        }
    }

    /// The lengths keep what belongs to the site from being read as a part of the file.
    private func digest(_ bytes: [UInt8]) -> String {
        SHA256.hexadecimal(of: Array("\(context.siteBytes.count) \(bytes.count)\n".utf8) + context.siteBytes + bytes)
    }
}

/// Whether a text is a name of `a-z`, digits and hyphens.
func isWord(_ text: String) -> Bool {
    !text.isEmpty && text.first != "-" && text.last != "-"
        && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
}
