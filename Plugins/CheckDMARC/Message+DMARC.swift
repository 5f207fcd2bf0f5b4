import DMARC
import MIME
import StageKit

extension Message {
    /// The domains of all mailboxes in all From fields, and why nobody can say which these are.
    var author: AuthorDomain {
        mutating get {
            switch parsed.authors {
            case .domains(let domains): AuthorDomain(domains)
            case .unclear(let doubt): .unclear(reason: doubt.rawValue)
            }
        }
    }

    /// What SPF and DKIM found.
    var identifiers: Identifiers {
        let signatures = domains(in: CheckDMARC.Read.dkimDomains)
        let undecided = domains(in: CheckDMARC.Read.dkimUndecided)
        let spf = facts[CheckDMARC.Read.spfResult]
        let domain = facts[CheckDMARC.Read.spfDomain]
        return Identifiers(
            signatures: signatures.map { .init(domain: $0) }, spf: spf == "pass" ? domain : nil,
            undecidedSignatures: undecided, undecidedSPF: spf == "temperror" ? domain : nil)
    }

    /// The domains in a fact, which have spaces between them.
    private func domains(in fact: Fact<String>) -> [String] {
        guard let text = facts[fact], !text.isEmpty else { return [] }
        // Nearly all mail has one.
        guard text.utf8.contains(UInt8(ascii: " ")) else { return [text] }
        return text.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) }
    }

    /// Whether forwarders that are all trusted have sealed that DMARC had passed before them.
    func wasSealed(by trusted: Set<String>, author domain: String) -> Bool {
        guard !trusted.isEmpty, facts[CheckDMARC.Read.arcResult] == "pass",
            areAll(CheckDMARC.Read.arcSealers, among: trusted)
        else { return false }
        return ForwardedPass.isShown(by: facts[CheckDMARC.Read.arcFirstResults] ?? "", author: domain)
    }

    /// The outcome, or that there is none for now: of a message that fails, and may be spared once the seals of forwarders
    /// who are trusted can be checked.
    func undecided(_ evaluation: Evaluation, trusting trusted: Set<String>) -> Evaluation {
        guard !trusted.isEmpty, evaluation.result == .fail, evaluation.request != .none,
            areAll(CheckDMARC.Read.arcUndecided, among: trusted)
        else { return evaluation }
        return evaluation.undecided(for: "seals of \(facts[CheckDMARC.Read.arcUndecided] ?? "")")
    }

    /// Whether a fact names domains, and only those of a set.
    private func areAll(_ fact: Fact<String>, among trusted: Set<String>) -> Bool {
        let domains = (facts[fact] ?? "").lowercased().split(separator: " ")
        return !domains.isEmpty && domains.allSatisfy { trusted.contains(String($0)) }
    }

    /// What an aggregate report will say about it.
    func row(_ evaluation: Evaluation, _ disposition: PolicyRecord.Request, _ override: String) -> ReportRow {
        ReportRow(
            message: id.description, time: received, client: client.address, evaluation: evaluation,
            disposition: disposition, override: override,
            spfReport: facts[CheckDMARC.Read.spfReport], dkimReport: facts[CheckDMARC.Read.dkimReport])
    }
}
