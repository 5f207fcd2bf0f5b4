import PipelineFiles
import SMTP
import StageKit

/// Evaluates the branches of a `decide`: the first that holds wins.
enum Decision {
    /// Sets the branch's facts and returns its verdict; its condition may read the facts `beside` them, too.
    ///
    /// - Throws: An error of the condition, such as a fact that is missing; the caller fails closed.
    static func decide(_ branches: [Branch], _ facts: inout Facts, beside others: Facts = Facts()) throws -> Verdict {
        for branch in branches where try branch.when?.evaluate(others, facts) ?? true {
            for assignment in branch.set { facts[assignment.name] = assignment.value }
            return verdict(of: branch)
        }
        throw StageContractViolation("no branch of a decide holds")
    }

    private static func verdict(of branch: Branch) -> Verdict {
        let reason = branch.when.map { "decide: \($0.source)" } ?? "decide: otherwise"
        return switch branch.action {
        case .proceed: .proceed
        case .reject(let reply): .reject(reply, reason: reason)
        case .postpone(let reply): .postpone(reply, reason: reason)
        case .discard(let text): .discard(reason: text)
        case .quarantine(let text): .quarantine(reason: text)
        }
    }
}
