import DMARC
package import StageKit

extension CheckDMARC {
    /// What other checks have found.
    package enum Read {
        package static let spfResult = Fact<String>("spf.result", "The result of SPF.")
        package static let spfDomain = Fact<String>("spf.domain", "The domain whose policy was evaluated.")
        package static let spfReport = Fact<String>(
            "spf.authentication-results", "The result as header fields have it.")
        package static let dkimDomains = Fact<String>(
            "dkim.domains", "The signing domains of good signatures, separated by spaces.")
        package static let dkimUndecided = Fact<String>(
            "dkim.undecided", "The domains of signatures that could not be checked for now, separated by spaces.")
        package static let dkimReport = Fact<String>(
            "dkim.authentication-results", "The results as header fields have them.")
        package static let arcResult = Fact<String>("arc.result", "The result of ARC.")
        package static let arcSealers = Fact<String>("arc.sealers", "The domains of the seals, separated by spaces.")
        package static let arcUndecided = Fact<String>(
            "arc.undecided", "The domains of seals that could not be checked for now, separated by spaces.")
        package static let arcReport = Fact<String>(
            "arc.authentication-results", "The result as header fields have it.")
        package static let arcFirstResults = Fact<String>("arc.first-results", "What the first sealer found.")
    }

    /// The facts of a checked author.
    package enum Provided {
        package static let result = Fact<String>(
            "dmarc.result", "The result of DMARC.", oneOf: Evaluation.Result.allCases.map(\.rawValue))
        package static let domain = Fact<String>("dmarc.domain", "The author's domain; empty if From names none.")
        package static let authors = Fact<Int>("dmarc.authors", "How many domains From names; anything but 1 is odd.")
        package static let policy = Fact<String>(
            "dmarc.policy", "What the domain's owner asks for; empty without a policy.", oneOf: requests + [""])
        package static let disposition = Fact<String>(
            "dmarc.disposition", "What is asked for this message: none if it passes, else by the policy and its pct.",
            oneOf: requests)
        package static let override = Fact<String>(
            "dmarc.override", "Why that is less than the policy says; empty if it is not.", oneOf: ["pct", "arc", ""])
        package static let report = Fact<String>(
            "dmarc.authentication-results", "The result as header fields have it (RFC 8601).")
        private static let requests = PolicyRecord.Request.allCases.map(\.rawValue)
    }
}
