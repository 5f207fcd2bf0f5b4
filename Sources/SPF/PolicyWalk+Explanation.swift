import Resolver

extension PolicyWalk {
    /// The longest explanation that is handed on; an SMTP reply should not be longer than a few lines.
    static let maximumExplanation = 1_000

    /// The domain's explanation of a `fail` (RFC 7208, section 6.2); nil where there is none or anything is wrong with it.
    mutating func explanation(of verdict: Verdict) async -> String? {
        guard let modifier = verdict.explanation else { return nil }
        let target = await name(modifier, in: verdict.domain)
        guard let name = queryName(target) else { return nil }
        do {
            guard case .records(let records) = try await ask(name, .txt), records.count == 1,
                let policy = records.first?.text
            else { return nil }
            let text = try MacroParser.parse(policy[...], for: .explanation)
            await prepareExpansion(of: text, in: verdict.domain)
            let octets = expansion.expand(text)
            // Section 6.2 allows ASCII only; what a client said may hold anything.
            guard octets.count <= PolicyWalk.maximumExplanation, octets.allSatisfy({ (0x20...0x7E).contains($0) })
            else { return nil }
            return String(decoding: octets, as: UTF8.self)
        } catch {
            return nil  // section 6.2: as if there were no modifier
        }
    }
}
