import AuthenticationResults
import DMARC
import Foundation
import PublicSuffixes
import Resolver

/// Runs the calls of a vector and compares what comes of them, by the vectors' own names for things.
struct VectorRun {
    /// What one call came to: properties by path, no result (`false` there), or a failure of the DNS.
    enum Outcome {
        case found([String: Any])
        case nothing
        case failure(String)
    }

    /// Enough of the list for the vectors' names.
    static let suffixes = PublicSuffixList()

    private(set) var outcomes: [Outcome] = []
    private(set) var questions: [String] = []

    mutating func call(_ call: [String: Any]) async {
        let resolver = VectorResolver(call["zone"] as? [String: Any] ?? [:])
        let input = call["input"] as? [String: Any] ?? [:]
        if call["fn"] as? String == "verify" {
            outcomes.append(await VectorRun.verify(input, resolver))
        } else {
            let discovery = PolicyDiscovery(resolver: resolver) { VectorRun.suffixes }
            outcomes.append(VectorRun.outcome(of: await discovery.find(input["domain"] as? String ?? "")))
        }
        questions += resolver.questions
    }

    /// The fault itself, which the vectors name without the question that met it.
    private static func fault(in reason: String) -> String {
        guard reason.hasPrefix("text records of _dmarc."), let end = reason.firstRange(of: ": ") else { return reason }
        return String(reason[end.upperBound...])
    }

    private static func outcome(of finding: PolicyDiscovery.Finding) -> Outcome {
        switch finding {
        case .none, .unusable: return .nothing
        case .temporary(let reason): return .failure(fault(in: reason))
        case .policy(let policy):
            var found = properties(of: policy.record)
            found["isOrgRecord"] = policy.isInherited
            return .found(found)
        }
    }

    private static func properties(of record: PolicyRecord) -> [String: Any] {
        var found: [String: Any] = [
            "v": "DMARC1", "p": record.policy.rawValue, "pct": record.percent, "adkim": record.dkimAlignment.rawValue,
            "aspf": record.spfAlignment.rawValue, "fo": record.failureOptions, "ri": record.interval,
            "rua": record.aggregateReports.joined(separator: ","), "ruf": record.failureReports.joined(separator: ","),
            "rr": record.text,
        ]
        found["sp"] = record.subdomainPolicy?.rawValue
        // A piece without a value is false under its name, and one without a name is under `false`.
        for piece in record.ignored {
            found[piece.hasPrefix("=") ? "false" : piece] = piece.hasPrefix("=") ? piece : false
        }
        return found
    }

    private static func verify(_ input: [String: Any], _ resolver: VectorResolver) async -> Outcome {
        let mailboxes = input["headerFrom"] as? [String] ?? [input["headerFrom"] as? String ?? ""]
        guard case .one(let author) = AuthorDomain(mailboxes.map { String($0.split(separator: "@").last ?? "") })
        else { return .nothing }
        let signatures = (input["dkimDomains"] as? [Any] ?? []).map { entry in
            Identifiers.Signature(
                domain: entry as? String ?? (entry as? [String: Any])?["domain"] as? String ?? "",
                uncovered: (entry as? [String: Any])?["underSized"] as? Int ?? 0)
        }
        let spf = (input["spfDomains"] as? [[String: Any]] ?? []).first?["domain"] as? String
        let arc = ((input["arcResult"] as? [String: Any])?["status"] as? [String: Any])?["result"] as? String
        let evaluator = PolicyEvaluator(resolver: resolver) { suffixes }
        let evaluation = await evaluator.evaluate(author: author, Identifiers(signatures: signatures, spf: spf))
        return .found(properties(of: evaluation, arc: arc))
    }

    private static func properties(of evaluation: Evaluation, arc: String?) -> [String: Any] {
        let report = evaluation.report(disposition: evaluation.request, arc: arc)
        var found: [String: Any] = evaluation.policy.map { properties(of: $0.record) } ?? [:]
        found["status.result"] = report.result
        found["status.comment"] = report.reason
        found["status.header.from"] = report["header", "from"]
        found["info"] = report.text
        found["status.header.d"] = evaluation.policy?.domain
        found["domain"] = evaluation.policy?.domain
        found["policy"] = evaluation.policy?.request.rawValue
        found["alignment.dkim.strict"] = evaluation.policy.map { $0.record.dkimAlignment == .strict }
        found["alignment.spf.strict"] = evaluation.policy.map { $0.record.spfAlignment == .strict }
        found["alignment.dkim.result"] = evaluation.signature
        found["alignment.spf.result"] = evaluation.spf
        found["alignment.dkim.underSized"] = evaluation.uncovered
        if evaluation.result == .temperror { found["error"] = fault(in: evaluation.reason) }
        return found
    }
}
