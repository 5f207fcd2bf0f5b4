import DurableQueue
import Engine
import Resolver

/// Measurements in the text format of Prometheus (version 0.0.4).
enum MetricsText {
    /// The ledger, the steps and the questions to the DNS.
    static func text(queue: DurableQueue, engine: Engine, resolver: ResolverMetrics) -> String {
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
        lines += self.lines(of: resolver)
        return lines.joined(separator: "\n")
    }

    /// What the DNS was asked; of outcomes that there were none of, too, so that a rate is known from the first on.
    private static func lines(of resolver: ResolverMetrics) -> [String] {
        let outcomes = ResolverMetrics.Outcome.allCases.map { (label: "{outcome=\"\($0.rawValue)\"}", resolver[$0]) }
        return ["# TYPE sluice_dns_queries_total counter"]
            + outcomes.map { "sluice_dns_queries_total\($0.label) \($0.1.count)" }
            + ["# TYPE sluice_dns_query_seconds_total counter"]
            + outcomes.map { "sluice_dns_query_seconds_total\($0.label) \($0.1.time / .seconds(1))" }
            + ["# TYPE sluice_dns_cache_hits_total counter", "sluice_dns_cache_hits_total \(resolver.cacheHits)"]
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
