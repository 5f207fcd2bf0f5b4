import StageKit

extension FileCheck {
    /// Checks `on-error:` of a pipeline or step; what it does not say is as in another policy.
    mutating func checkErrorPolicy(_ node: SettingNode, else standard: ErrorPolicy) -> ErrorPolicy {
        var settings = Settings(node)
        let transient = settings.takeOptional("transient", of: Piece.self, "After a failure that may pass.")?.node
        let permanent = settings.takeOptional("permanent", of: Piece.self, "After a failure that will not pass.")?.node
        finish(settings)
        var retry = standard.retry
        var afterRetries = standard.afterRetries
        if let transient {
            var group = Settings(transient)
            if let schedule = group.takeOptional("retry", of: Piece.self, "When to try again.") {
                retry = checkRetry(schedule.node, else: standard.retry)
            }
            if let then = group.takeOptional("then", of: Piece.self, "What happens when there is no time left.") {
                afterRetries = checkOutcome(then.node, "then") ?? afterRetries
            }
            finish(group)
        }
        let outcome = permanent.flatMap { checkOutcome($0, "permanent") } ?? standard.permanent
        return ErrorPolicy(retry: retry, afterRetries: afterRetries, permanent: outcome)
    }

    private mutating func checkRetry(_ node: SettingNode, else standard: ErrorPolicy.Retry) -> ErrorPolicy.Retry {
        var settings = Settings(node)
        let retry = ErrorPolicy.Retry(
            first: settings.take("first", default: standard.first, "The time to the second try."),
            factor: settings.take("factor", default: standard.factor, "By what each time is longer than the last."),
            max: settings.take("max", default: standard.max, "The longest time between two tries."),
            total: settings.take("for", default: standard.total, "How long tries go on."))
        let problems = settings.finish()
        findings += problems.map { Finding($0) }
        guard problems.isEmpty else { return standard }
        if retry.first <= .zero { note(.badRetry, settings.location(of: "first"), "first must be longer than nothing") }
        if retry.factor < 1 || retry.factor > 100 {
            note(.badRetry, settings.location(of: "factor"), "factor must be from 1 to 100, so that the times grow")
        }
        if retry.max < retry.first {
            note(
                .badRetry, settings.location(of: "max"),
                "max (\(retry.max.settingText)) is less than first (\(retry.first.settingText))")
        }
        if retry.total < retry.first {
            note(
                .badRetry, settings.location(of: "for"),
                "for (\(retry.total.settingText)) ends before the second try (\(retry.first.settingText))")
        }
        return retry
    }

    private mutating func checkOutcome(_ node: SettingNode, _ key: String) -> ErrorPolicy.Outcome? {
        let form = "quarantine or { discard: 'the reason' }"
        switch node.content {
        case .scalar("quarantine", _): return .quarantine
        case .scalar("discard", _):
            note(.missingReason, node.location, "\(key) drops mail without a reason; write { discard: 'the reason' }")
        case .scalar(let word, _):
            note(
                .wrongType, node.location, "\(key) must be \(form), not \(node.shown)",
                suggestion: closest(to: word, among: ["quarantine", "discard"]))
        case .map:
            var settings = Settings(node)
            let reason = settings.takeOptional("discard", of: Piece.self, "Why it may be dropped.")?.node
            finish(settings)
            return reason.flatMap { checkReason($0, "discard") }.map { .discard(reason: $0) }
        case .empty, .list: note(.wrongType, node.location, "\(key) must be \(form), not \(node.shown)")
        }
        return nil
    }

    /// Checks the reason of a discard or quarantine.
    mutating func checkReason(_ node: SettingNode, _ action: String) -> String? {
        switch node.content {
        case .scalar(let text, _) where text.contains { !$0.isWhitespace } && !["true", "yes"].contains(text):
            return text
        case .empty, .scalar:
            note(
                .missingReason, node.location,
                "\(action) needs the reason, as in { \(action): 'newsletter we never asked for' }")
        case .list, .map:
            note(.wrongType, node.location, "\(action) must be the reason, a text, not \(node.shown)")
        }
        return nil
    }
}
