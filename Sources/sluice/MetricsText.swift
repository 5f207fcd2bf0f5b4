import DurableQueue
import Engine

/// Measurements in the text format of Prometheus (version 0.0.4).
enum MetricsText {
    /// The ledger and the steps.
    static func text(queue: DurableQueue, engine: Engine) -> String {
        var lines = ["# TYPE sluice_messages gauge"]
        for (pipeline, ledger) in queue.ledger().sorted(by: { $0.key < $1.key }) {
            let tally = ledger.messages
            for (state, count) in [
                ("received", tally.received), ("delivered", tally.delivered), ("bounced", tally.bounced),
                ("quarantined", tally.quarantined), ("discarded", tally.discarded), ("pending", tally.pending),
                ("unreadable", tally.unreadable),
            ] {
                lines.append("sluice_messages{pipeline=\"\(pipeline)\",state=\"\(state)\"} \(count)")
            }
        }
        lines.append("# TYPE sluice_discarded_recipients gauge")
        for (pipeline, ledger) in queue.ledger().sorted(by: { $0.key < $1.key }) {
            for (discard, count) in ledger.discards.sorted(by: { $0.key < $1.key }) {
                let labels =
                    "pipeline=\"\(pipeline)\",step=\"\(escaped(discard.step))\",reason=\"\(escaped(discard.reason))\""
                lines.append("sluice_discarded_recipients{\(labels)} \(count)")
            }
        }
        let discrepancies = queue.discrepancies()
        lines.append("# TYPE sluice_ledger_balanced gauge")
        for pipeline in queue.ledger().keys.sorted() {
            lines.append(
                "sluice_ledger_balanced{pipeline=\"\(pipeline)\"} \(discrepancies[pipeline] == nil ? 1 : 0)")
        }
        lines.append("# TYPE sluice_pending_messages gauge")
        for (version, count) in queue.pendingByVersion().sorted(by: { $0.key.digest < $1.key.digest }) {
            lines.append(
                "sluice_pending_messages{pipeline=\"\(version.name)\",version=\"\(version.digest.prefix(12))\"} \(count)"
            )
        }
        let measures = engine.metrics.snapshot().sorted {
            ($0.key.pipeline, $0.key.step, $0.key.outcome.rawValue) < (
                $1.key.pipeline, $1.key.step, $1.key.outcome.rawValue
            )
        }
        lines.append("# TYPE sluice_step_messages_total counter")
        for (key, measure) in measures { lines.append("sluice_step_messages_total\(labels(key)) \(measure.count)") }
        lines.append("# TYPE sluice_step_seconds_total counter")
        for (key, measure) in measures {
            lines.append("sluice_step_seconds_total\(labels(key)) \(measure.time / .seconds(1))")
        }
        return lines.joined(separator: "\n")
    }

    /// The value of a label: reasons may hold anything that a stage or a file says.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static func labels(_ key: StepMetrics.Key) -> String {
        "{pipeline=\"\(key.pipeline)\",step=\"\(key.step)\",outcome=\"\(key.outcome.rawValue)\"}"
    }
}
